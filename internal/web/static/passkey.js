// Makes passkeys and signs in with them. Without this file, or in a browser that has none, one-time links work as before.
for (const form of document.querySelectorAll("form[data-passkey]")) {
  const says = form.querySelector("output"), button = form.querySelector("button"), making = form.dataset.passkey === "make";
  const ask = async (address, body) => {
    const answer = await fetch(address, { method: "POST", body });
    if (!answer.ok) throw new Error(await answer.text());
    return answer.status === 204 ? null : answer.json();
  };
  const able = window.PublicKeyCredential && PublicKeyCredential.parseCreationOptionsFromJSON;
  if (!able) says.textContent = form.dataset.unable;
  form.hidden = false;
  button.disabled = !able;
  form.addEventListener("submit", async (e) => {
    e.preventDefault();
    button.disabled = true;
    says.textContent = "";
    try {
      const { publicKey } = await ask(form.dataset.options);
      const key = making
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) });
      const label = form.elements.label ? "?label=" + encodeURIComponent(form.elements.label.value) : "";
      await ask(form.action + label, JSON.stringify(key.toJSON()));
      location.assign(form.dataset.then);
    } catch (problem) {
      says.textContent = problem.name === "NotAllowedError" || problem.name === "InvalidStateError" ? form.dataset.given : problem.message;
      button.disabled = false;
    }
  });
}
