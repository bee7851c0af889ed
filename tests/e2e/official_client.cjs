// The official Seaport client, driven by one JSON request on stdin; the answer goes to stdout as JSON.
"use strict"

const { ethers } = require("ethers")
const { Seaport } = require("@opensea/seaport-js")

function plain(value) {
  return JSON.stringify(value, (_, item) => (typeof item === "bigint" ? item.toString() : item))
}

async function main(request) {
  const provider = new ethers.JsonRpcProvider(request.rpc, undefined, { cacheTimeout: -1 })
  const wallet = new ethers.Wallet(request.key, provider)
  const seaport = new Seaport(wallet, { overrides: { contractAddress: request.seaport } })
  if (request.do === "create") {
    const { executeAllActions } = await seaport.createOrder(request.input, wallet.address)
    return executeAllActions()
  }
  if (request.do === "create many") {
    const { executeAllActions } = await seaport.createBulkOrders(request.inputs, wallet.address)
    return executeAllActions()
  }
  if (request.do === "hash") {
    return seaport.getOrderHash(request.order.parameters)
  }
  const { actions } = await seaport.fulfillOrder({
    order: request.order,
    unitsToFill: request.units,
    considerationCriteria: request.criteria,
    accountAddress: wallet.address,
    overrides: { gasPrice: 0 },
  })
  const sent = await actions[actions.length - 1].transactionMethods.transact({ gasPrice: 0 })
  return { hash: sent.hash }
}

let text = ""
process.stdin.on("data", chunk => (text += chunk))
process.stdin.on("end", () => {
  main(JSON.parse(text)).then(
    answer => {
      process.stdout.write(plain(answer))
      process.exit(0)
    },
    error => {
      process.stderr.write(String(error && error.stack ? error.stack : error))
      process.exit(1)
    },
  )
})
