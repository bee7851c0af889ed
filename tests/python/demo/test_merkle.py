"""Proofs lead from every leaf to the root, as the contract walks them."""

import pytest
from eth_utils.crypto import keccak

from vitrine.demo.merkle import MerkleTree, leaf

COLLECTION = "0x" + "11" * 20


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 13])
def test_proof__every_leaf__reaches_the_root(size):
    leaves = [leaf(COLLECTION, number, 120, 10**9) for number in range(size)]
    tree = MerkleTree(leaves)
    for index, node in enumerate(leaves):
        for sibling in tree.proof(index):
            node = keccak(min(node, sibling) + max(node, sibling))
        assert node == tree.root


def test_leaf__other_units__other_leaf():
    assert leaf(COLLECTION, 1, 120, 5) != leaf(COLLECTION, 1, 121, 5)
