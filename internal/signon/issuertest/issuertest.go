// Package issuertest is a directory of people as OpenID Connect has it, which does what it is told, also what no directory should; for tests.
package issuertest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"
)

// Issuer is a directory. Its fields may be changed between requests.
type Issuer struct {
	URL      string
	ClientID string
	Secret   string
	Subject  string                              // who sits before it
	Now      func() time.Time                    // of its tokens
	Says     map[string]any                      // over what it says of itself; nil takes away
	Alter    func(header, claims map[string]any) // before a token is signed
	Forge    func(token string) (instead string) // after it was
	Asked    int                                 // requests so far

	t     *testing.T
	key   *rsa.PrivateKey
	mu    sync.Mutex
	codes map[string]url.Values // what each was asked with
}

// New begins a directory that ends with the test.
func New(t *testing.T, now func() time.Time) *Issuer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	i := &Issuer{ClientID: "entente", Secret: "the client's secret", Subject: "4711", Now: now, Says: map[string]any{}, t: t, key: key, codes: map[string]url.Values{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", i.itself)
	mux.HandleFunc("GET /keys", i.keys)
	mux.HandleFunc("GET /authorize", i.authorize)
	mux.HandleFunc("POST /token", i.token)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i.mu.Lock()
		defer i.mu.Unlock()
		i.Asked++
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	i.URL = s.URL
	return i
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

func (i *Issuer) itself(w http.ResponseWriter, _ *http.Request) {
	says := map[string]any{"issuer": i.URL, "authorization_endpoint": i.URL + "/authorize", "token_endpoint": i.URL + "/token", "jwks_uri": i.URL + "/keys",
		"id_token_signing_alg_values_supported": []string{"RS256"}, "code_challenge_methods_supported": []string{"S256"}, "authorization_response_iss_parameter_supported": true}
	for k, v := range i.Says {
		if says[k] = v; v == nil {
			delete(says, k)
		}
	}
	answer(w, http.StatusOK, says)
}

func (i *Issuer) keys(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, map[string]any{"keys": []any{map[string]any{"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "k",
		"n": b64(i.key.N.Bytes()), "e": b64(big.NewInt(int64(i.key.E)).Bytes())}}})
}

// authorize lets whoever comes in at once.
func (i *Issuer) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("response_type") != "code" || q.Get("client_id") != i.ClientID || q.Get("scope") != "openid" || q.Get("code_challenge_method") != "S256" || q.Get("code_challenge") == "" || q.Get("state") == "" || q.Get("nonce") == "" {
		i.t.Errorf("the directory was asked with %v", q)
		http.Error(w, "no", http.StatusBadRequest)
		return
	}
	code := fmt.Sprintf("code-%d", len(i.codes)+1)
	i.codes[code] = q
	http.Redirect(w, r, q.Get("redirect_uri")+"?"+url.Values{"state": {q.Get("state")}, "code": {code}, "iss": {i.URL}}.Encode(), http.StatusFound)
}

func (i *Issuer) token(w http.ResponseWriter, r *http.Request) {
	id, secret, _ := r.BasicAuth()
	id, _ = url.QueryUnescape(id)
	secret, _ = url.QueryUnescape(secret)
	if methods, _ := i.Says["token_endpoint_auth_methods_supported"].([]string); len(methods) == 1 && methods[0] == "client_secret_post" {
		id, secret = r.PostFormValue("client_id"), r.PostFormValue("client_secret")
	}
	if id != i.ClientID || secret != i.Secret {
		answer(w, http.StatusUnauthorized, map[string]any{"error": "invalid_client"})
		return
	}
	code := r.PostFormValue("code")
	asked, ok := i.codes[code]
	digest := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	if !ok || b64(digest[:]) != asked.Get("code_challenge") || r.PostFormValue("redirect_uri") != asked.Get("redirect_uri") {
		answer(w, http.StatusBadRequest, map[string]any{"error": "invalid_grant"})
		return
	}
	i.codes[code] = nil // good once
	now := i.Now()
	header := map[string]any{"alg": "RS256", "kid": "k"}
	claims := map[string]any{"iss": i.URL, "sub": i.Subject, "aud": i.ClientID, "iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(), "nonce": asked.Get("nonce")}
	if i.Alter != nil {
		i.Alter(header, claims)
	}
	token := i.Sign(header, claims)
	if i.Forge != nil {
		token = i.Forge(token)
	}
	out := map[string]any{"access_token": "unused", "token_type": "Bearer"}
	if token != "" {
		out["id_token"] = token
	}
	answer(w, http.StatusOK, out)
}

// Sign makes a token of this directory's.
func (i *Issuer) Sign(header, claims map[string]any) string {
	h, _ := json.Marshal(header)
	c, _ := json.Marshal(claims)
	text := b64(h) + "." + b64(c)
	digest := sha256.Sum256([]byte(text))
	sig, err := rsa.SignPKCS1v15(rand.Reader, i.key, crypto.SHA256, digest[:])
	if err != nil {
		i.t.Error(err)
	}
	return text + "." + b64(sig)
}

// Enter is the address at which somebody comes back who was sent to the directory.
func (i *Issuer) Enter(t *testing.T, address string) url.Values {
	t.Helper()
	c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := c.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	u, err := res.Location()
	if err != nil {
		t.Fatalf("the directory answered %d", res.StatusCode)
	}
	return u.Query()
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
