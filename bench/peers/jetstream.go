package main

import (
	"context"
	"errors"
	"net"
	"net/url"
	"path/filepath"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"entente.example/bench/floor"
)

const natsVersion = "nats-server " + server.VERSION

// start runs a server in this process.
func start(o *server.Options) (*server.Server, error) {
	o.Host, o.Port, o.JetStream, o.NoLog, o.NoSigs = "127.0.0.1", server.RANDOM_PORT, true, true, true
	s, err := server.NewServer(o)
	if err != nil {
		return nil, err
	}
	go s.Start()
	if !s.ReadyForConnections(10 * time.Second) {
		return nil, errors.New("the server does not begin")
	}
	return s, nil
}

// jetStream publishes all entries into a stream of one server, then has another mirror it.
func jetStream(ctx context.Context, dir string, leaves [][]byte) (c floor.Cost, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return c, err
	}
	leafPort := l.Addr().(*net.TCPAddr).Port
	if err := l.Close(); err != nil {
		return c, err
	}
	hub, err := start(&server.Options{ServerName: "hub", StoreDir: filepath.Join(dir, "hub"), JetStreamDomain: "hub", LeafNode: server.LeafNodeOpts{Host: "127.0.0.1", Port: leafPort}})
	if err != nil {
		return c, err
	}
	defer hub.Shutdown()
	leaf, err := start(&server.Options{ServerName: "leaf", StoreDir: filepath.Join(dir, "leaf"), JetStreamDomain: "leaf",
		LeafNode: server.LeafNodeOpts{Remotes: []*server.RemoteLeafOpts{{URLs: []*url.URL{{Scheme: "nats", Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(leafPort))}}}}}})
	if err != nil {
		return c, err
	}
	defer leaf.Shutdown()
	at, err := streams(hub)
	if err != nil {
		return c, err
	}
	if _, err := at.CreateStream(ctx, jetstream.StreamConfig{Name: "ENTRIES", Subjects: []string{"entries"}, Storage: jetstream.FileStorage}); err != nil {
		return c, err
	}
	for i, e := range leaves {
		if _, err := at.PublishAsync("entries", e); err != nil {
			return c, err
		}
		if i%1000 == 999 {
			<-at.PublishAsyncComplete()
		}
	}
	<-at.PublishAsyncComplete()
	to, err := streams(leaf)
	if err != nil {
		return c, err
	}
	return floor.Measure(func() error {
		m, err := to.CreateStream(ctx, jetstream.StreamConfig{Name: "MIRROR", Storage: jetstream.FileStorage,
			Mirror: &jetstream.StreamSource{Name: "ENTRIES", External: &jetstream.ExternalStream{APIPrefix: "$JS.hub.API"}}})
		if err != nil {
			return err
		}
		for moved, last := time.Now(), uint64(0); ; time.Sleep(20 * time.Millisecond) {
			info, err := m.Info(ctx)
			switch {
			case err != nil:
				return err
			case info.State.Msgs >= uint64(len(leaves)):
				return nil
			case info.State.Msgs > last:
				moved, last = time.Now(), info.State.Msgs
			case time.Since(moved) > time.Minute:
				return errors.New("nothing moves any more")
			}
		}
	})
}

func streams(s *server.Server) (jetstream.JetStream, error) {
	c, err := nats.Connect(s.ClientURL())
	if err != nil {
		return nil, err
	}
	return jetstream.New(c)
}
