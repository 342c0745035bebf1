// Command accounts is the internet of the end-to-end tests: a proxy on this
// machine, and behind it GitHub, Google and AWS as Keel knows them.
//
// It prints one line of JSON: the addresses of the proxy and of its own controls,
// the file with the authority's certificate, and the settings with which Keel
// reaches all of it. It ends with its standard input, or by SIGTERM.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/keel-ide/keel/backend/account/accounttest"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintf(os.Stderr, "accounts: %v\n", err)
		os.Exit(1)
	}
}

// started is the line that is printed.
type started struct {
	Proxy        string         `json:"proxy"`
	Certificates string         `json:"certificates"`
	Control      string         `json:"control"`
	Settings     map[string]any `json:"settings"`
	// Clients are the ids and secrets of Keel itself, by service.
	Clients map[string]client `json:"clients"`
}

func run() error {
	var o options
	flag.StringVar(&o.bedrock, "bedrock", "", "the address of a stand-in for Amazon Bedrock, such as http://127.0.0.1:4000")
	flag.StringVar(&o.models, "models", "", "the address of a stand-in for GitHub Models that speaks as OpenAI does, such as http://127.0.0.1:4000/v1")
	flag.StringVar(&o.repositories, "repositories", "", "a folder with bare repositories that GitHub serves at OWNER/NAME.git")
	flag.DurationVar(&o.interval, "interval", time.Second, "how long Keel has to wait between two polls at GitHub")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, ended := context.WithCancel(ctx)
	defer ended()
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		ended()
	}()

	world, err := accounttest.New(accounttest.Options{})
	if err != nil {
		return err
	}
	err = serve(ctx, world, o, os.Stdout)
	return errors.Join(err, world.Close())
}

// serve runs the services until ctx ends.
func serve(ctx context.Context, world *accounttest.World, o options, out io.Writer) error {
	secrets := &secrets{}
	all, err := services(world, o)
	if err != nil {
		return err
	}
	line := started{Clients: map[string]client{}, Proxy: world.Proxy(), Certificates: world.Certificates(), Settings: map[string]any{
		"keelAgent.network.proxy":        world.Proxy(),
		"keelAgent.network.certificates": []string{world.Certificates()},
	}}
	for _, each := range all {
		for _, host := range each.hosts {
			world.Handle(host, secrets.watch(each.handler))
		}
		for key, value := range each.settings {
			line.Settings[key] = value
		}
		if each.client != nil {
			line.Clients[each.name] = *each.client
		}
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	line.Control = "http://" + listener.Addr().String()
	server := &http.Server{Handler: control(world, secrets, all), ReadHeaderTimeout: 10 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	if err := json.NewEncoder(out).Encode(line); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
	case err := <-failed:
		return err
	}
	return server.Close()
}
