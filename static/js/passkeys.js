// Passkeys: the one thing at the door that needs a script. A form[data-passkey="create" or "get"] has a hidden field named by
// data-into and a button[data-ask]; its options stand in the page (script#passkey-data) or come from data-options.
// Words come from the page: [data-failed] is shown when the device says no, [data-cannot] when it can't.

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

function decoded(options) {
  const found = { ...options, challenge: bytes(options.challenge) };
  if (found.user) found.user = { ...found.user, id: bytes(found.user.id) };
  for (const name of ["excludeCredentials", "allowCredentials"]) {
    if (found[name]) found[name] = found[name].map((one) => ({ ...one, id: bytes(one.id) }));
  }
  return found;
}

function encoded(credential) {
  const answer = credential.response;
  const response = { clientDataJSON: text(answer.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (answer[name]) response[name] = text(answer[name]);
  }
  if (answer.getTransports) response.transports = answer.getTransports();
  return {
    type: credential.type,
    id: credential.id,
    rawId: text(credential.rawId),
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response,
  };
}

async function optionsOf(form) {
  if (!form.dataset.options) return JSON.parse(document.getElementById("passkey-data").textContent);
  const answer = await fetch(form.dataset.options, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

async function ask(form) {
  const data = await optionsOf(form);
  if (form.dataset.passkey === "create") {
    const publicKey = decoded((data.creation_options || data).publicKey);
    const isAlone = Boolean(form.elements.passwordless?.checked);
    publicKey.authenticatorSelection = {
      ...publicKey.authenticatorSelection,
      residentKey: isAlone ? "required" : "discouraged",
      requireResidentKey: isAlone,
      ...(isAlone ? { userVerification: "required" } : {}),
    };
    return navigator.credentials.create({ publicKey });
  }
  return navigator.credentials.get({ publicKey: decoded((data.request_options || data).publicKey) });
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const button = form.querySelector("[data-ask]");
  const show = (name) => {
    for (const said of form.querySelectorAll("[data-failed], [data-cannot]")) said.hidden = !(name in said.dataset);
  };
  form.hidden = false;
  if (!window.PublicKeyCredential) {
    show("cannot");
    button.disabled = true;
    continue;
  }
  form.addEventListener("submit", async (event) => {
    if (form.dataset.done) return;
    event.preventDefault();
    button.disabled = true;
    try {
      form.elements[form.dataset.into].value = JSON.stringify(encoded(await ask(form)));
      form.dataset.done = "yes";
      form.submit();
    } catch (refused) {
      console.info(refused);
      show("failed");
    } finally {
      button.disabled = false;
    }
  });
}
