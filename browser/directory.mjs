// A directory of people of our own, as OpenID Connect has it: it says of itself where it is asked, lets in whoever sits before it, and signs who that is. Nothing of it comes from a library of such directories.
import { createHash, generateKeyPairSync, randomUUID, sign } from "node:crypto";
import http from "node:http";

const base64 = (b) => Buffer.from(b).toString("base64url");

// directory listens on this machine. person is who sits before it, by its own mark for them; by is how its tokens are signed.
export async function directory(client) {
  const keys = { RS256: generateKeyPairSync("rsa", { modulusLength: 2048 }), ES256: generateKeyPairSync("ec", { namedCurve: "P-256" }) };
  const codes = new Map(), it = { person: "4711", by: "RS256", asked: [] };
  const token = (claims) => {
    const signed = `${base64(JSON.stringify({ alg: it.by, kid: it.by }))}.${base64(JSON.stringify(claims))}`;
    return `${signed}.${base64(sign("sha256", Buffer.from(signed), { key: keys[it.by].privateKey, dsaEncoding: "ieee-p1363" }))}`;
  };
  const answers = {
    "/.well-known/openid-configuration": () => ({
      issuer: it.base, authorization_endpoint: `${it.base}/authorize`, token_endpoint: `${it.base}/token`, jwks_uri: `${it.base}/keys`, end_session_endpoint: `${it.base}/leave`,
      response_types_supported: ["code"], subject_types_supported: ["pairwise"], id_token_signing_alg_values_supported: Object.keys(keys), code_challenge_methods_supported: ["S256"], authorization_response_iss_parameter_supported: true,
    }),
    "/keys": () => ({ keys: Object.entries(keys).map(([kid, k]) => ({ ...k.publicKey.export({ format: "jwk" }), kid, alg: kid, use: "sig" })) }),
    "/token": (q, shown) => {
      const was = codes.get(q.code);
      codes.delete(q.code); // good once
      if (shown !== `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString("base64")}`) return { error: "invalid_client" };
      if (!was || was.redirect_uri !== q.redirect_uri || was.code_challenge !== createHash("sha256").update(q.code_verifier ?? "").digest("base64url")) return { error: "invalid_grant" };
      const now = Math.floor(Date.now() / 1000);
      return { access_token: randomUUID(), token_type: "Bearer", id_token: token({ iss: it.base, sub: was.person, aud: client.id, iat: now, exp: now + 300, auth_time: now, nonce: was.nonce }) };
    },
  };
  // page is what somebody sees who comes to it: who they are is a button, and so is turning back.
  const page = (q) => {
    const back = (more) => `${q.redirect_uri}?${new URLSearchParams({ state: q.state, iss: it.base, ...more })}`;
    if (q.response_type !== "code" || q.client_id !== client.id || q.scope !== "openid" || q.code_challenge_method !== "S256" || !q.code_challenge || !q.nonce) return "<!doctype html><title>no</title>";
    const code = randomUUID();
    codes.set(code, { ...q, person: it.person });
    const to = (address) => address.replaceAll("&", "&amp;");
    return `<!doctype html><html lang="en"><title>The house</title><p><a href="${to(back({ code }))}">I am ${it.person}</a> <a href="${to(back({ error: "access_denied" }))}">Turn back</a></p></html>`;
  };
  const server = http.createServer(async (request, answer) => {
    const url = new URL(request.url, it.base), chunks = [];
    if (url.pathname === "/favicon.ico") return answer.writeHead(204).end(); // a browser asks by itself
    for await (const c of request) chunks.push(c);
    const q = Object.fromEntries(new URLSearchParams(request.method === "POST" ? Buffer.concat(chunks).toString() : url.search));
    it.asked.push(url.pathname);
    if (url.pathname === "/authorize") return answer.writeHead(200, { "Content-Type": "text/html; charset=utf-8" }).end(page(q));
    const said = answers[url.pathname]?.(q, request.headers.authorization);
    answer.writeHead(!said ? 404 : said.error ? 400 : 200, { "Content-Type": "application/json" }).end(JSON.stringify(said ?? {}));
  });
  const listen = (port) => new Promise((r) => server.listen(port, "127.0.0.1", r));
  await listen(0);
  const { port } = server.address();
  it.base = `http://127.0.0.1:${port}`;
  it.away = () => new Promise((r) => { server.close(r); server.closeAllConnections(); });
  it.back = () => listen(port);
  return it;
}
