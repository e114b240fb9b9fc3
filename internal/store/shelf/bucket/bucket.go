// Package bucket is a shelf in a bucket that understands S3.
//
// It promises that what it puts there is on the shelf when Put returns, and that Remove leaves no version of it, if the bucket keeps versions and lets us take them away. It speaks with nobody but
// the one server that it is given.
package bucket

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"entente.example/internal/store"
	"entente.example/internal/store/shelf"
)

// Options say where the bucket is and who we are there. Host and Bucket are required.
type Options struct {
	Host   string // with its port, if that is another one than usual
	Bucket string
	Prefix string // of all names, "" for none
	Region string // found out if empty
	Clear  bool   // over HTTP without TLS

	Key, Secret string // AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY of the environment if empty
}

// Bucket implements shelf.Shelf.
type Bucket struct {
	o    Options
	core minio.Core

	mu       sync.Mutex
	versions *bool // whether the bucket keeps versions; nil: not asked yet
}

var _ shelf.Shelf = (*Bucket)(nil)

// Limits.
const (
	patience = 30 * time.Second // of one call, with its repetitions
	tries    = 3
)

// New makes a shelf. It does not look whether it is there.
func New(o Options) (*Bucket, error) {
	who := credentials.NewEnvAWS()
	if o.Key != "" {
		who = credentials.NewStaticV4(o.Key, o.Secret, "")
	}
	way, err := minio.DefaultTransport(!o.Clear)
	if err != nil {
		return nil, err
	}
	way.ResponseHeaderTimeout, way.Proxy = patience, nil
	core, err := minio.NewCore(o.Host, &minio.Options{Creds: who, Secure: !o.Clear, Region: o.Region, Transport: way, MaxRetries: tries})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", store.ErrAway, err)
	}
	return &Bucket{o: o, core: *core}, nil
}

func (b *Bucket) name(s string) string { return path.Join(b.o.Prefix, s) }

// told names the failures that callers act on.
func told(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	answer := minio.ToErrorResponse(err)
	switch {
	case ctx.Err() != nil && !errors.Is(ctx.Err(), context.DeadlineExceeded):
		return ctx.Err()
	case answer.Code == minio.NoSuchKey, answer.Code == "InvalidRange":
		return store.ErrMissing
	case answer.StatusCode == http.StatusInsufficientStorage, answer.Code == "QuotaExceeded":
		return fmt.Errorf("%w: %w", store.ErrFull, err)
	}
	return fmt.Errorf("%w: %w", store.ErrAway, phrase{err})
}

// phrase is an error that is said within a sentence: servers end what they say with a period.
type phrase struct{ error }

func (p phrase) Error() string { return strings.TrimRight(p.error.Error(), ".") }

func (p phrase) Unwrap() error { return p.error }

// Put implements shelf.Shelf.
func (b *Bucket) Put(ctx context.Context, name string, data []byte) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	_, err := b.core.Client.PutObject(ctx, b.o.Bucket, b.name(name), bytes.NewReader(data), int64(len(data)), minio.PutObjectOptions{ContentType: "application/octet-stream", DisableMultipart: true})
	return told(ctx, err)
}

// Get implements shelf.Shelf.
func (b *Bucket) Get(ctx context.Context, name string, at, n int64) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var o minio.GetObjectOptions
	if err := o.SetRange(at, at+n-1); err != nil {
		return nil, err
	}
	body, _, _, err := b.core.GetObject(ctx, b.o.Bucket, b.name(name), o)
	if err != nil {
		return nil, told(ctx, err)
	}
	defer body.Close()
	data := make([]byte, n)
	if _, err := io.ReadFull(body, data); errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, store.ErrMissing
	} else if err != nil {
		return nil, told(ctx, err)
	}
	return data, nil
}

// Remove implements shelf.Shelf.
func (b *Bucket) Remove(ctx context.Context, name string) error {
	versions, err := b.KeepsVersions(ctx)
	if err != nil {
		return err
	}
	prefix := b.name(name)
	if !strings.Contains(name, "/") && prefix != "" {
		prefix += "/" // 5/… is not 55/…
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var listed error
	there := make(chan minio.ObjectInfo)
	go func() {
		defer close(there)
		for o := range b.core.Client.ListObjects(ctx, b.o.Bucket, minio.ListObjectsOptions{Prefix: prefix, Recursive: true, WithVersions: versions}) {
			if o.Err != nil {
				listed = o.Err // read when the channel is closed
				return
			}
			select {
			case there <- o:
			case <-ctx.Done():
				return
			}
		}
	}()
	for failed := range b.core.Client.RemoveObjects(ctx, b.o.Bucket, there, minio.RemoveObjectsOptions{}) {
		err = errors.Join(err, failed.Err)
	}
	if err == nil {
		for range there { // it has ended, or ends now
		}
		err = errors.Join(listed, ctx.Err())
	}
	return told(ctx, err)
}

// Shelved implements shelf.Shelf.
func (b *Bucket) Shelved(ctx context.Context) (out []string, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	prefix := b.o.Prefix
	if prefix != "" {
		prefix += "/"
	}
	for o := range b.core.Client.ListObjects(ctx, b.o.Bucket, minio.ListObjectsOptions{Prefix: prefix}) {
		if o.Err != nil {
			return nil, told(ctx, o.Err)
		}
		if name, folder := strings.CutSuffix(strings.TrimPrefix(o.Key, prefix), "/"); folder {
			out = append(out, name)
		}
	}
	return out, nil
}

// KeepsVersions reports whether what is replaced or removed there is kept. A server that does not know what that is keeps none.
func (b *Bucket) KeepsVersions(ctx context.Context) (bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.versions != nil {
		return *b.versions, nil
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	v, err := b.core.Client.GetBucketVersioning(ctx, b.o.Bucket)
	if code := minio.ToErrorResponse(err).Code; err != nil && code != minio.NotImplemented && code != minio.AccessDenied {
		return false, told(ctx, err)
	}
	keeps := err == nil && (v.Enabled() || v.Suspended())
	b.versions = &keeps
	return keeps, nil
}
