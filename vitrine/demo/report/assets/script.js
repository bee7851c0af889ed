(function () {
  "use strict";
  var tip = document.getElementById("tip");
  document.querySelectorAll(".chart").forEach(function (chart) {
    var source = chart.querySelector("script"), svg = chart.querySelector("svg"), cursor = chart.querySelector(".cursor");
    if (!source) return;
    var data = JSON.parse(source.textContent);
    function show(event) {
      var box = svg.getBoundingClientRect(), at = (event.clientX - box.left) / box.width * data.w;
      var low = 0, high = data.x.length - 1;
      while (high - low > 1) {
        var middle = (low + high) >> 1;
        if (data.x[middle] < at) low = middle; else high = middle;
      }
      var index = at - data.x[low] < data.x[high] - at ? low : high;
      cursor.setAttribute("x1", data.x[index]);
      cursor.setAttribute("x2", data.x[index]);
      cursor.style.visibility = "visible";
      tip.textContent = "";
      var title = document.createElement("b");
      title.textContent = data.t[index];
      tip.appendChild(title);
      data.s.forEach(function (series) {
        if (!series.v[index]) return;
        var row = document.createElement("div"), key = document.createElement("i"), value = document.createElement("span");
        key.className = "key " + series.c;
        value.textContent = series.v[index];
        row.appendChild(key);
        row.appendChild(document.createTextNode(series.n));
        row.appendChild(value);
        tip.appendChild(row);
      });
      tip.hidden = false;
      var left = event.clientX + 18;
      if (left + tip.offsetWidth > window.innerWidth - 8) left = event.clientX - tip.offsetWidth - 18;
      tip.style.left = Math.max(left, 8) + "px";
      tip.style.top = Math.min(event.clientY + 14, window.innerHeight - tip.offsetHeight - 8) + "px";
    }
    function hide() { tip.hidden = true; cursor.style.visibility = "hidden"; }
    svg.addEventListener("pointermove", show);
    svg.addEventListener("pointerleave", hide);
  });
})();
