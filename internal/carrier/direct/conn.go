package direct

import (
	"bufio"
	"encoding/binary"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Limits of a connection.
const (
	maxFrame     = 8 << 20
	headerBytes  = 1 + 8
	maxQueue     = 64 << 20 // bytes waiting to be written; a peer that takes nothing is given up
	maxBehind    = 8        // frames that wait behind all others
	pingEvery    = 15 * time.Second
	deadAfter    = 45 * time.Second
	writeTimeout = 30 * time.Second
)

// Kinds that the carrier answers itself.
const (
	kindPing = 7
	kindPong = 8
)

// serial numbers connections.
var serial atomic.Uint64

// Conn is one authenticated connection.
type Conn struct {
	ID      uint64 // unlike that of any other connection of this process
	Pin     Pin
	dialler Pin
	raw     net.Conn
	queue   chan frame
	behind  chan frame   // goes when queue is empty
	waiting atomic.Int64 // bytes in queue
	closed  chan struct{}
	once    sync.Once
	now     func() time.Time
	heard   atomic.Bool  // the other end has said something
	ahead   atomic.Int64 // nanoseconds by which the other end's clock was ahead of ours when it last told the time
	told    atomic.Bool  // whether it has told the time
}

type frame struct {
	kind    byte
	tag     Tag
	payload []byte
	written func()
}

func newConn(raw net.Conn, pin, dialler Pin, now func() time.Time) *Conn {
	return &Conn{ID: serial.Add(1), Pin: pin, dialler: dialler, raw: raw, now: now, queue: make(chan frame, 4096), behind: make(chan frame, maxBehind), closed: make(chan struct{})}
}

// Send queues a frame and never blocks. written, if not nil, is called once the frame is with the system. A peer whose queue is full is hung up on.
func (c *Conn) Send(kind byte, tag Tag, payload []byte, written func()) {
	if c.waiting.Add(int64(len(payload))) > maxQueue {
		c.Close()
		return
	}
	select {
	case c.queue <- frame{kind, tag, payload, written}:
	case <-c.closed:
	default:
		c.Close()
	}
}

// SendBehind queues a frame that waits until nothing else is to be sent, and blocks while several do. It is for what is large and in no hurry. It reports false once the connection is closed.
func (c *Conn) SendBehind(kind byte, tag Tag, payload []byte) bool {
	select {
	case c.behind <- frame{kind, tag, payload, nil}:
		c.waiting.Add(int64(len(payload)))
		return true
	case <-c.closed:
		return false
	}
}

// Close ends the connection. It may be called more than once.
func (c *Conn) Close() {
	c.once.Do(func() {
		close(c.closed)
		_ = c.raw.Close()
	})
}

func (c *Conn) writeAll() {
	w := bufio.NewWriterSize(c.raw, 64<<10)
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	first := c.ping()
	c.Send(first.kind, first.tag, first.payload, nil)
	for {
		f, ok := c.next(ping.C)
		if !ok {
			return
		}
		_ = c.raw.SetWriteDeadline(time.Now().Add(writeTimeout))
		err := writeFrame(w, f)
		if err == nil && len(c.queue) == 0 {
			err = w.Flush()
		}
		c.waiting.Add(-int64(len(f.payload)))
		if err != nil {
			c.Close()
			return
		}
		if f.written != nil {
			f.written()
		}
	}
}

// next waits for the frame that is to be written: one that waits behind others only if there are none.
func (c *Conn) next(ping <-chan time.Time) (f frame, ok bool) {
	select {
	case f = <-c.queue:
		return f, true
	default:
	}
	select {
	case <-c.closed:
		return f, false
	case <-ping:
		return c.ping(), true
	case f = <-c.queue:
	case f = <-c.behind:
	}
	return f, true
}

// ping tells the other end our time, which it compares with its own. SPEC ping-time.
func (c *Conn) ping() frame {
	return frame{kind: kindPing, payload: binary.BigEndian.AppendUint64(nil, uint64(c.now().UnixMilli()))}
}

// heed notes by how much the clock in a ping is ahead of ours. The time on the way makes it seem behind by that much. Zero tells no time.
func (c *Conn) heed(ping []byte) {
	if at := int64(binary.BigEndian.Uint64(ping)); at > 0 {
		c.ahead.Store(int64(time.UnixMilli(at).Sub(c.now())))
		c.told.Store(true)
	}
}

func writeFrame(w io.Writer, f frame) error {
	var head [4 + headerBytes]byte
	binary.BigEndian.PutUint32(head[:], uint32(headerBytes+len(f.payload)))
	head[4] = f.kind
	copy(head[5:], f.tag[:])
	if _, err := w.Write(head[:]); err != nil {
		return err
	}
	_, err := w.Write(f.payload)
	return err
}

// readAll hands frames to the handler until the connection ends. A frame that claims to be longer than allowed ends it before anything is read into memory.
func (c *Conn) readAll(h Handler) {
	r := bufio.NewReaderSize(c.raw, 64<<10)
	for {
		_ = c.raw.SetReadDeadline(time.Now().Add(deadAfter))
		f, err := readFrame(r)
		if err != nil {
			return
		}
		c.heard.Store(true)
		switch f.kind {
		case kindPing:
			c.heed(f.payload)
			c.Send(kindPong, Tag{}, f.payload, nil)
		case kindPong:
		default:
			h.Frame(c, f.kind, f.tag, f.payload)
		}
	}
}

func readFrame(r io.Reader) (frame, error) {
	var head [4 + headerBytes]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return frame{}, err
	}
	n := binary.BigEndian.Uint32(head[:])
	if n < headerBytes || n > maxFrame {
		return frame{}, io.ErrUnexpectedEOF
	}
	f := frame{kind: head[4], tag: Tag(head[5:])}
	if (f.kind == kindPing || f.kind == kindPong) && n != headerBytes+8 {
		return frame{}, io.ErrUnexpectedEOF
	}
	f.payload = make([]byte, n-headerBytes)
	_, err := io.ReadFull(r, f.payload)
	return f, err
}
