// Shows how far an upload has come, and why it was refused, without leaving the form. Without this file the form works as before.
for (const form of document.querySelectorAll("form[data-upload]")) {
  const bar = form.querySelector("progress"), says = form.querySelector("output"), button = form.querySelector("button");
  form.addEventListener("submit", (e) => {
    e.preventDefault();
    const request = new XMLHttpRequest();
    request.upload.onprogress = (p) => { bar.hidden = false; bar.max = p.total; bar.value = p.loaded; };
    request.onload = () => {
      if (request.status < 400) { location.assign(request.responseURL); return; }
      end(request.responseText);
    };
    request.onerror = () => end(form.dataset.upload);
    function end(sentence) { bar.hidden = true; button.disabled = false; says.textContent = sentence; }
    button.disabled = true;
    says.textContent = "";
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "text/plain");
    request.send(new FormData(form));
  });
}
