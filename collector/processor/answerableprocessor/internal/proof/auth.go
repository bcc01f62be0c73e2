package proof

import "go.opentelemetry.io/collector/client"

// authentication takes the word of an auth extension of the receiver, which has checked the credential.
type authentication struct {
	attribute string
	identity  template
	kind      string
}

func newAuthentication(cfg AuthConfig) *authentication {
	parsed, _ := parseTemplate(cfg.Identity)
	attribute := cfg.Attribute
	if attribute == "" {
		attribute = attributeName
	}
	return &authentication{attribute: attribute, identity: parsed, kind: cfg.Kind}
}

func (a *authentication) of(data client.AuthData) (Proof, bool, error) {
	if data == nil {
		return Proof{}, false, nil
	}
	subject := fit(data.GetAttribute(a.attribute))
	if subject == "" {
		return Proof{}, false, Refused{Reason: ReasonAuthIdentity}
	}
	named := a.name(data, subject)
	if named.id == "" {
		return Proof{}, false, Refused{Reason: ReasonAuthIdentity}
	}
	if a.kind != "" {
		named.kind = a.kind
	}
	return Proof{ID: named.id, Kind: named.kind, Method: methodAuth}, true, nil
}

func (a *authentication) name(data client.AuthData, subject string) identity {
	if a.identity != nil {
		id := a.identity.fill(func(name string) any {
			if name == attributeName {
				return subject
			}
			return data.GetAttribute(name)
		})
		return identity{id, kindOf(id)}
	}
	// Without an issuer, the same name from two of them would be one identity: then the configuration has to say how.
	if fit(data.GetAttribute("claims.iss")) == "" {
		return identity{}
	}
	return nameOf(func(name string) any {
		if name == "sub" {
			return subject
		}
		return data.GetAttribute("claims." + name)
	})
}
