// A service that refunds orders: the stock OpenTelemetry SDK, OTLP over gRPC, and nothing of Answerable.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
)

func main() {
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	shutdown, err := startTelemetry(ctx)
	if err != nil {
		return err
	}
	// Sends what still waits, which an ending process would take with it.
	defer func() { _ = shutdown(context.Background()) }()

	payments := os.Getenv("PAYMENTS_URL")
	client := &http.Client{Transport: otelhttp.NewTransport(http.DefaultTransport)}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /orders/{id}/refund", func(w http.ResponseWriter, r *http.Request) {
		if err := pay(r.Context(), client, payments, r.PathValue("id")); err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		fmt.Fprintln(w, `{"refunded": true}`)
	})

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Printf("http://%s\n", listener.Addr())
	server := &http.Server{Handler: otelhttp.NewHandler(mux, "orders")}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		return server.Shutdown(context.Background())
	}
}

// pay gives the money back. ctx holds the span of the request that asks for it, so that both are one chain.
func pay(ctx context.Context, client *http.Client, payments, order string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPut, payments+"/refunds/"+order, http.NoBody)
	if err != nil {
		return err
	}
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	return err
}
