package shipworthy

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Container is one container, as the engine described it.
type Container struct {
	// ID is what the other calls know it by.
	ID string
	// Name is its name, which makes a good [Origin.Of].
	Name string
	// Service is its compose service, or the environment's group.
	Service string
	// Image is the image as it was asked for: `registry.example:5000/agent-docker:1.2`.
	Image string
	// ImageID is the image's digest.
	ImageID string
	// State is `created`, `running`, `paused`, `restarting`, `removing`, `exited` or `dead`.
	State string
	// Health is `starting`, `healthy` or `unhealthy`; empty where it has no health check.
	Health string
	// ExitCode is there where it has exited.
	ExitCode *int32
	// StartedAt is as RFC 3339; empty where it is not known.
	StartedAt string
	// FinishedAt likewise.
	FinishedAt string
}

// ImageName is the image's name without registry, tag and digest, such as `team/agent-docker`; none where the image is
// named by its id alone. A first part with a dot or a colon, or `localhost`, is a registry, as the engine has it.
func (c Container) ImageName() (name string, found bool) {
	name, _, found, _ = c.splitImage()
	if first, rest, split := strings.Cut(name, "/"); split && (first == "localhost" || strings.ContainsAny(first, ".:")) {
		name = rest
	}
	return name, found
}

// ImageTag is the image's tag, where it has one. What it means to have none is the engine's affair, so none is made up.
func (c Container) ImageTag() (tag string, found bool) {
	_, tag, _, found = c.splitImage()
	return tag, found
}

// splitImage is the name with its registry, and the tag.
func (c Container) splitImage() (name, tag string, named, tagged bool) {
	if c.Image == "" || strings.HasPrefix(c.Image, "sha256:") {
		return "", "", false, false
	}
	undigested, _, _ := strings.Cut(c.Image, "@")
	// The colon of a registry's port has a slash behind it.
	if colon := strings.LastIndexByte(undigested, ':'); colon >= 0 && !strings.Contains(undigested[colon:], "/") {
		return undigested[:colon], undigested[colon+1:], true, true
	}
	return undigested, "", true, false
}

// ContainersKind is the kind of a [ContainersError].
type ContainersKind uint8

const (
	// ContainersNotGranted : the environment does not grant it; Detail is the grant that it would take.
	ContainersNotGranted ContainersKind = iota
	// ContainersEngineUnreachable : the container engine could not be reached.
	ContainersEngineUnreachable
	// ContainersNoSuchContainer : Detail is not an id that was found in this run, or gone since.
	ContainersNoSuchContainer
	// ContainersNoSuchFile : the container has no file Detail.
	ContainersNoSuchFile
	// ContainersNotAFile : Detail is a link, folder or special file, which is not read.
	ContainersNotAFile
	// ContainersAmbiguousProject : several compose projects fit, and the environment names none.
	ContainersAmbiguousProject
	// ContainersTooLarge : more than Limit bytes.
	ContainersTooLarge
	// ContainersTimedOut : the container engine did not answer within Limit milliseconds.
	ContainersTimedOut
	// ContainersOther : anything else, in the engine's words.
	ContainersOther
)

// ContainersError is why containers cannot be seen.
type ContainersError struct {
	// Kind says which of the fields below are of interest.
	Kind ContainersKind
	// Detail is what the kind says.
	Detail string
	// Limit is the limit of what is too large or took too long.
	Limit uint32
	// Projects are the compose projects that fit.
	Projects []string
}

// Gap is the gap that this leaves. A container that is gone since it was found counts as unreachable, so that an
// environment's `retry` covers one that is being replaced.
func (e *ContainersError) Gap() Gap {
	switch e.Kind {
	case ContainersNotGranted:
		return GapNotGranted
	case ContainersEngineUnreachable, ContainersNoSuchContainer:
		return GapUnreachable
	case ContainersNoSuchFile:
		return GapNotOffered
	case ContainersAmbiguousProject:
		return GapConfig
	case ContainersTooLarge:
		return GapLimit
	case ContainersTimedOut:
		return GapTimedOut
	default:
		return GapUnreadable
	}
}

// Error says it in words.
func (e *ContainersError) Error() string {
	switch e.Kind {
	case ContainersNotGranted:
		return "not granted: " + e.Detail
	case ContainersNoSuchContainer:
		return "no such container: " + e.Detail
	case ContainersNoSuchFile:
		return "no such file: " + e.Detail
	case ContainersNotAFile:
		return "not a regular file: " + e.Detail
	case ContainersAmbiguousProject:
		return "several compose projects fit, and the environment names none: " + strings.Join(e.Projects, ", ")
	case ContainersTooLarge:
		return fmt.Sprintf("more than %d bytes", e.Limit)
	case ContainersTimedOut:
		return fmt.Sprintf("the container engine did not answer within %d ms", e.Limit)
	default:
		return e.Detail
	}
}

// As lets errors.As find a [*Failure].
func (e *ContainersError) As(target any) bool {
	return asFailure(e, target)
}

// Containers is the way to the containers. A container is asked only after it was found.
type Containers struct {
	host Host
}

// Own has the containers of the probe's own service. It takes the grant `container .`
func (c Containers) Own() ([]Container, error) {
	return c.host.Find("")
}

// Of has the containers of a compose service, or of a group that the environment names. It takes `container SERVICE`
func (c Containers) Of(service string) ([]Container, error) {
	if err := checkName(service); err != nil {
		return nil, err
	}
	return c.host.Find(service)
}

// Env is one variable of a container's environment. It takes `env SERVICE NAME`; there is no way to list them.
func (c Containers) Env(container Container, name string) (value string, found bool, err error) {
	if err := checkName(name); err != nil {
		return "", false, err
	}
	return c.host.Env(container.ID, name)
}

// Label is one label. It takes `label SERVICE NAME`
func (c Containers) Label(container Container, name string) (value string, found bool, err error) {
	if err := checkName(name); err != nil {
		return "", false, err
	}
	return c.host.Label(container.ID, name)
}

// SHA256 is the digest of a file, computed by the host, as 64 lowercase hexadecimal digits. It takes
// `file SERVICE PATTERN`
func (c Containers) SHA256(container Container, path string) (string, error) {
	if err := checkName(path); err != nil {
		return "", err
	}
	return c.host.SHA256(container.ID, path)
}

// ReadFile is a file's bytes, if they are at most maxBytes. It takes `file SERVICE PATTERN`
func (c Containers) ReadFile(container Container, path string, maxBytes uint32) ([]byte, error) {
	if err := checkName(path); err != nil {
		return nil, err
	}
	return c.host.ReadFile(container.ID, path, maxBytes)
}

// Logs are the last lines of the log, with the environment's secrets masked. It takes `logs SERVICE`
func (c Containers) Logs(container Container, lines uint32) ([]string, error) {
	return c.host.Logs(container.ID, lines)
}

// checkName finds what a component cannot hand over to its host at all.
func checkName(name string) error {
	if utf8.ValidString(name) {
		return nil
	}
	return &ContainersError{Kind: ContainersOther, Detail: fmt.Sprintf("not UTF-8: %q", prose(name))}
}
