package premises

import (
	"context"
	"log/slog"
	"net/http"

	"entente.example/internal/api"
	"entente.example/internal/chancery"
	"entente.example/internal/gauges"
	"entente.example/internal/serving"
	"entente.example/internal/spans"
	"entente.example/internal/standby"
)

// MemberHeader names the acting member on the node's own socket. Who may open the socket is the operator.
const MemberHeader = "Entente-Member"

// Operator answers who acts on the socket: whom the operator names; nobody, for what needs no member.
func Operator(r *http.Request) (string, bool) { return r.Header.Get(MemberHeader), true }

// commands is the API as the operator's commands ask it, with the numbers of the node.
func (f Faces) commands(c *chancery.Chancery, log *slog.Logger) http.Handler {
	o := f.API(c)
	o.Member, o.Operator, o.Log = Operator, true, log
	answers := api.Serving(o)
	return f.Numbers.Handler(f.Numbers.Count(gauges.Socket, c.Spans().Requests(spans.Site(gauges.Socket), answers)))
}

// serveSocket serves the API on the node's socket, which only its owner can open.
func serveSocket(ctx context.Context, path string, commands http.Handler) error {
	l, remove, err := standby.Listen(ctx, path)
	if err != nil {
		return err
	}
	defer remove()
	return serving.Until(ctx, &http.Server{Handler: commands, ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader}, l)
}
