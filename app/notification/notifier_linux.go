package notification

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/godbus/dbus/v5"
)

const (
	service = "org.freedesktop.Notifications"
	object  = dbus.ObjectPath("/org/freedesktop/Notifications")
	program = "Keel"
)

// Notifier shows one notification at a time. Its methods may be called at once
// by several goroutines; Close ends it.
type Notifier struct {
	address string
	raise   func()
	reading sync.WaitGroup

	asking sync.Mutex // held during a request, so that they reach the system one after the other
	conn   *dbus.Conn // nil before the first request, and after the bus has gone
	closed bool

	mu sync.Mutex // guards what follows
	id uint32     // of the notification that is shown; 0 for none
}

// New returns a notifier. It asks nothing of the system before it shows something.
func New(options Options) *Notifier {
	n := &Notifier{address: options.Address, raise: options.Raise}
	if n.address == "" {
		n.address = os.Getenv("DBUS_SESSION_BUS_ADDRESS")
	}
	if n.raise == nil {
		n.raise = func() {}
	}
	return n
}

// Show shows a notification in the place of the one before.
func (n *Notifier) Show(ctx context.Context, title, body string) error {
	ctx, stop := context.WithTimeout(ctx, Limit)
	defer stop()
	n.asking.Lock()
	defer n.asking.Unlock()
	if err := n.connect(ctx); err != nil {
		return err
	}
	body = plain(body)
	var abilities []string
	if err := n.call(ctx, "GetCapabilities").Store(&abilities); err != nil {
		return fmt.Errorf("asking what notifications can do: %w", err)
	}
	if slices.Contains(abilities, "body-markup") {
		body = escaped(body)
	}
	actions := []string{}
	if slices.Contains(abilities, "actions") {
		actions = []string{"default", "Show"}
	}
	hints := map[string]dbus.Variant{
		"desktop-entry": dbus.MakeVariant("keel"),
		"urgency":       dbus.MakeVariant(byte(1)),
	}
	const byServer int32 = -1 // how long it stays
	var id uint32
	err := n.call(ctx, "Notify", program, n.shown(), "", plain(title), body, actions, hints, byServer).Store(&id)
	if err != nil {
		return fmt.Errorf("showing a notification: %w", err)
	}
	n.setShown(id)
	return nil
}

// Withdraw takes the notification away. Without one it does nothing.
func (n *Notifier) Withdraw(ctx context.Context) error {
	ctx, stop := context.WithTimeout(ctx, Limit)
	defer stop()
	n.asking.Lock()
	defer n.asking.Unlock()
	return n.withdraw(ctx)
}

// Close takes the notification away and ends the notifier.
func (n *Notifier) Close() error {
	ctx, stop := context.WithTimeout(context.Background(), Limit)
	defer stop()
	n.asking.Lock()
	err := n.withdraw(ctx)
	n.closed = true
	if n.conn != nil {
		err = errors.Join(err, n.conn.Close())
	}
	n.asking.Unlock()
	n.reading.Wait()
	return err
}

func (n *Notifier) withdraw(ctx context.Context) error {
	id := n.shown()
	if id == 0 || n.conn == nil {
		return nil
	}
	n.setShown(0)
	if err := n.call(ctx, "CloseNotification", id).Err; err != nil {
		return fmt.Errorf("taking a notification away: %w", err)
	}
	return nil
}

func (n *Notifier) call(ctx context.Context, method string, arguments ...any) *dbus.Call {
	return n.conn.Object(service, object).CallWithContext(ctx, service+"."+method, 0, arguments...)
}

// connect makes sure that there is a connection; the bus may have gone since.
func (n *Notifier) connect(ctx context.Context) error {
	if n.closed {
		return errors.New("the notifier is closed")
	}
	if n.conn != nil && n.conn.Connected() {
		return nil
	}
	n.conn = nil
	n.setShown(0)
	conn, err := dial(ctx, n.address)
	if err != nil {
		return fmt.Errorf("connecting to the session's bus: %w", err)
	}
	signals := make(chan *dbus.Signal, 16)
	conn.Signal(signals)
	if err := conn.AddMatchSignalContext(ctx, dbus.WithMatchSender(service), dbus.WithMatchObjectPath(object)); err != nil {
		return errors.Join(fmt.Errorf("listening to the session's bus: %w", err), conn.Close())
	}
	n.conn = conn
	n.reading.Go(func() { n.read(signals) })
	return nil
}

// dial connects to a bus that is there. Only sockets: an address can also name a
// program to start.
func dial(ctx context.Context, address string) (*dbus.Conn, error) {
	if address == "" {
		return nil, errors.New("the session has no bus")
	}
	for part := range strings.SplitSeq(address, ";") {
		if !strings.HasPrefix(part, "unix:") {
			return nil, fmt.Errorf("the address %q is not of a socket", address)
		}
	}
	conn, err := dbus.Dial(address)
	if err != nil {
		return nil, err
	}
	ends := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer ends()
	if err := conn.Auth(nil); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	if err := conn.Hello(); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

// read takes what the system says of the notification, until the bus is gone.
func (n *Notifier) read(signals <-chan *dbus.Signal) {
	for signal := range signals {
		if len(signal.Body) == 0 {
			continue
		}
		id, ok := signal.Body[0].(uint32)
		if !ok || id == 0 || id != n.shown() {
			continue
		}
		switch signal.Name {
		case service + ".ActionInvoked":
			n.raise()
		case service + ".NotificationClosed":
			n.setShown(0)
		}
	}
}

func (n *Notifier) shown() uint32 {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.id
}

func (n *Notifier) setShown(id uint32) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.id = id
}
