package proof

import (
	"net/url"
	"regexp"
	"strings"
)

// identity that a credential names; the zero value where it names none.
type identity struct{ id, kind string }

// kindByPrefix is what the beginning of an id says of its kind; the same table is in the SDK.
var kindByPrefix = []struct{ prefix, kind string }{
	{"agent:", "ai_agent"},
	{"svc:", "workload"},
	{"spiffe://", "workload"},
	{"k8s:", "service_account"},
	{"ci:", "ci_job"},
	{"oauth:", "oauth_client"},
	{"key:", "api_key"},
	{"bot:", "bot"},
	{"user:", "human"},
}

func kindOf(id string) string {
	for _, known := range kindByPrefix {
		if strings.HasPrefix(id, known.prefix) {
			return known.kind
		}
	}
	return "unknown"
}

// nameOf says who acts by the claims of a token, in the words of the SDK: the last workload of a transaction token, else
// the outermost actor of RFC 8693, else a CI job, a client or a workload. A person's token names the client that it was
// issued to, as the client is who sends.
func nameOf(claims values) identity {
	issuer := fit(claims("iss"))
	if workloads := claims("req_wl"); workloads != nil {
		if list, ok := workloads.([]any); ok && len(list) > 0 {
			workloads = list[len(list)-1]
		}
		return actorNamed(fit(workloads), issuer)
	}
	if act := claims("act"); act != nil {
		return actorOf(act, issuer)
	}
	for _, read := range []func(values) string{githubJob, gitlabJob} {
		if id := read(claims); id != "" {
			return identity{id, "ci_job"}
		}
	}
	return rootOf(claims, issuer)
}

func rootOf(claims values, issuer string) identity {
	subject, client := fit(claims("sub")), clientOf(claims)
	if client != "" && (subject == "" || isClientsOwn(claims, subject, client)) {
		return nameOrClient(client, issuer)
	}
	if found := workloadOf(subject); found.id != "" {
		return found
	}
	if client != "" {
		return nameOrClient(client, issuer)
	}
	return clientNamed(subject, issuer)
}

func actorOf(act any, issuer string) identity {
	object, ok := act.(map[string]any)
	if !ok {
		return identity{}
	}
	actor := valuesOf(object)
	if own := fit(actor("iss")); own != "" {
		issuer = own
	}
	id := fit(actor("sub"))
	if id == "" {
		id = clientOf(actor)
	}
	return actorNamed(id, issuer)
}

// actorNamed lets an id of ours count as it is, as an issuer vouches for its actors; a `sub` may be a person's choice.
func actorNamed(id, issuer string) identity {
	if found := workloadOf(id); found.id != "" {
		return found
	}
	if kind := kindOf(id); kind != "unknown" {
		return identity{id, kind}
	}
	return clientNamed(id, issuer)
}

func nameOrClient(client, issuer string) identity {
	if found := workloadOf(client); found.id != "" {
		return found
	}
	return clientNamed(client, issuer)
}

func clientNamed(name, issuer string) identity {
	if name == "" || issuer == "" {
		return identity{}
	}
	id := fit("oauth:" + issuer + "#" + name)
	if id == "" {
		return identity{}
	}
	return identity{id, "oauth_client"}
}

func clientOf(claims values) string { return firstText(claims, "client_id", "azp", "cid", "appid") }

// isClientsOwn says whether nobody stands behind the client: RFC 9068 says so by the subject, others by claims of theirs.
func isClientsOwn(claims values, subject, client string) bool {
	return subject == client || fit(claims("gty")) == "client-credentials" || fit(claims("idtyp")) == "app" ||
		strings.HasPrefix(fit(claims("preferred_username")), "service-account-")
}

// workloadOf is a name that says by its form that a workload bears it.
func workloadOf(name string) identity {
	if id := serviceAccountID(name); id != "" {
		return identity{id, "service_account"}
	}
	if strings.HasPrefix(name, "arn:") {
		return principal(name)
	}
	if id := spiffeID(name); id != "" {
		return identity{id, "workload"}
	}
	return identity{}
}

var awsPrincipal = regexp.MustCompile(`^arn:(aws[a-z-]*):(?:iam|sts)::(\d{12}):([a-z-]+)(?:/(\S+))?$`)

// principal is the identity behind an ARN. A session is its role's; roles are named without their path.
func principal(arn string) identity {
	parts := awsPrincipal.FindStringSubmatch(arn)
	if parts == nil {
		return identity{}
	}
	path := strings.Split(parts[4], "/")
	var role string
	switch parts[3] {
	case "assumed-role":
		role = path[0]
	case "role":
		role = path[len(path)-1]
	case "user":
		return identity{arn, "service_account"}
	default:
		return identity{arn, "unknown"}
	}
	kind := "workload"
	if strings.HasPrefix(role, "AWSReservedSSO_") {
		kind = "human"
	}
	return identity{"arn:" + parts[1] + ":iam::" + parts[2] + ":role/" + role, kind}
}

const githubHost = "token.actions.githubusercontent.com"

// githubJob is the workflow's file, the same on every branch.
func githubJob(claims values) string {
	host, repository := hostOf(fit(claims("iss"))), fit(claims("repository"))
	if host == "" || repository == "" || fit(claims("run_id")) == "" {
		return ""
	}
	if host == githubHost {
		host = "github.com"
	}
	path, _, _ := strings.Cut(fit(claims("workflow_ref")), "@")
	// The two are of one signature, but an id must not say another repository than the claim does.
	if !strings.HasPrefix(path, repository+"/") {
		path = repository
	}
	return fit("ci:" + host + "/" + path)
}

func gitlabJob(claims values) string {
	host, project := hostOf(fit(claims("iss"))), fit(claims("project_path"))
	if host == "" || project == "" || fit(claims("job_id")) == "" {
		return ""
	}
	return fit("ci:" + host + "/" + project)
}

// hostOf an issuer's address, with the port where it is not the scheme's own.
func hostOf(issuer string) string {
	address, err := url.Parse(issuer)
	if err != nil {
		return ""
	}
	host := strings.ToLower(address.Host)
	if address.Scheme == "https" {
		return strings.TrimSuffix(host, ":443")
	}
	return strings.TrimSuffix(host, ":80")
}
