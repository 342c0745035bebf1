// Package notificationtest is a bus and the notifications of a desktop, for
// tests: it shows nothing and tells what it was asked for.
package notificationtest

import (
	"fmt"
	"sync"

	"github.com/godbus/dbus/v5"
)

const (
	service = "org.freedesktop.Notifications"
	object  = dbus.ObjectPath("/org/freedesktop/Notifications")
)

// Call is one request: a notification to show, or one to take away.
type Call struct {
	Method   string   `json:"method"` // Notify or CloseNotification
	ID       uint32   `json:"id"`     // the notification's
	Replaces uint32   `json:"replaces"`
	Title    string   `json:"title"`
	Body     string   `json:"body"`
	Actions  []string `json:"actions"`
}

// Server is the desktop's side of notifications.
type Server struct {
	conn      *dbus.Conn
	abilities []string
	calls     chan Call

	mu   sync.Mutex // guards last
	last uint32
}

// Serve offers notifications on the bus with an address. abilities are what the
// server says it can do.
func Serve(address string, abilities ...string) (*Server, error) {
	conn, err := dbus.Connect(address)
	if err != nil {
		return nil, fmt.Errorf("connecting to %q: %w", address, err)
	}
	s := &Server{conn: conn, abilities: abilities, calls: make(chan Call, 100)}
	methods := map[string]any{
		"GetCapabilities":   s.getCapabilities,
		"Notify":            s.notify,
		"CloseNotification": s.closeNotification,
	}
	if err := conn.ExportMethodTable(methods, object, service); err != nil {
		return nil, fmt.Errorf("exporting notifications: %w", err)
	}
	if _, err := conn.RequestName(service, dbus.NameFlagDoNotQueue); err != nil {
		return nil, fmt.Errorf("taking the name %q: %w", service, err)
	}
	return s, nil
}

// Calls are the requests, in order.
func (s *Server) Calls() <-chan Call { return s.calls }

// Click does as if a person clicked on a notification.
func (s *Server) Click(id uint32) error {
	return s.conn.Emit(object, service+".ActionInvoked", id, "default")
}

// Dismiss does as if a person waved a notification away.
func (s *Server) Dismiss(id uint32) error {
	return s.conn.Emit(object, service+".NotificationClosed", id, uint32(2))
}

// Close leaves the bus.
func (s *Server) Close() error { return s.conn.Close() }

func (s *Server) getCapabilities() ([]string, *dbus.Error) { return s.abilities, nil }

func (s *Server) notify(_ string, replaces uint32, _, title, body string, actions []string, _ map[string]dbus.Variant, _ int32) (uint32, *dbus.Error) {
	s.mu.Lock()
	id := replaces
	if id == 0 {
		s.last++
		id = s.last
	}
	s.mu.Unlock()
	s.calls <- Call{Method: "Notify", ID: id, Replaces: replaces, Title: title, Body: body, Actions: actions}
	return id, nil
}

func (s *Server) closeNotification(id uint32) *dbus.Error {
	s.calls <- Call{Method: "CloseNotification", ID: id}
	if err := s.conn.Emit(object, service+".NotificationClosed", id, uint32(3)); err != nil {
		return dbus.MakeFailedError(err)
	}
	return nil
}
