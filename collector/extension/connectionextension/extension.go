package connectionextension

import (
	"context"
	"net/http"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension"
	"go.opentelemetry.io/collector/extension/extensionmiddleware"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/peer"

	"answerable/collector/extension/connectionextension/internal/metadata"
)

// Config of the extension: there is nothing to say.
type Config struct{}

// NewFactory returns the factory of the extension.
func NewFactory() extension.Factory {
	return extension.NewFactory(
		metadata.Type,
		func() component.Config { return &Config{} },
		func(context.Context, extension.Settings, component.Config) (extension.Extension, error) {
			return &connection{}, nil
		},
		metadata.ExtensionStability,
	)
}

type connection struct {
	component.StartFunc
	component.ShutdownFunc
}

var _ extensionmiddleware.HTTPServer = (*connection)(nil)

// GetHTTPHandler wraps a handler so that its requests carry their TLS connection as gRPC's do. A request without TLS
// carries none.
func (*connection) GetHTTPHandler(context.Context) (extensionmiddleware.WrapHTTPHandlerFunc, error) {
	return func(_ context.Context, next http.Handler) (http.Handler, error) {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.TLS != nil {
				info := credentials.TLSInfo{State: *r.TLS}
				r = r.WithContext(peer.NewContext(r.Context(), &peer.Peer{AuthInfo: info}))
			}
			next.ServeHTTP(w, r)
		}), nil
	}, nil
}
