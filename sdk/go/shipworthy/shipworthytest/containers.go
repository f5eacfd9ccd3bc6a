package shipworthytest

import (
	"bytes"
	"slices"

	"shipworthy.dev/shipworthy"
)

// scripted is a container with what can be asked of it.
type scripted struct {
	owner     string
	container shipworthy.Container
	env       map[string]string
	labels    map[string]string
	files     map[string][]byte
	digests   map[string]string
	logs      []string
}

// Container is a container of the probe's own service. It needs a name; its id is made from it.
func (s *Script) Container(container shipworthy.Container) *Script {
	return s.ContainerOf(".", container)
}

// ContainerOf is a container of another service or group.
func (s *Script) ContainerOf(owner string, container shipworthy.Container) *Script {
	container.ID = "id-of-" + container.Name
	s.containers = append(s.containers, &scripted{
		owner:     owner,
		container: container,
		env:       map[string]string{},
		labels:    map[string]string{},
		files:     map[string][]byte{},
		digests:   map[string]string{},
	})
	return s
}

// Env is a variable of the container given last.
func (s *Script) Env(name, value string) *Script {
	s.last().env[name] = value
	return s
}

// Label is a label of the container given last.
func (s *Script) Label(name, value string) *Script {
	s.last().labels[name] = value
	return s
}

// File is a file of the container given last.
func (s *Script) File(path string, content []byte) *Script {
	s.last().files[path] = content
	return s
}

// SHA256 is the digest of a file of the container given last. It is not computed.
func (s *Script) SHA256(path, sha256 string) *Script {
	s.last().digests[path] = sha256
	return s
}

// Logs is the log of the container given last.
func (s *Script) Logs(lines ...string) *Script {
	s.last().logs = lines
	return s
}

// ContainersFail answers every question about containers with this error.
func (s *Script) ContainersFail(err *shipworthy.ContainersError) *Script {
	s.fault = err
	return s
}

func (s *Script) last() *scripted {
	s.t.Helper()
	if len(s.containers) == 0 {
		s.t.Fatalf("the script has no container yet: call Container first")
		return s.ContainerOf(".", shipworthy.Container{}).last()
	}
	return s.containers[len(s.containers)-1]
}

// Find looks for the containers of a service; an empty one is the probe's own.
func (h *host) Find(service string) ([]shipworthy.Container, error) {
	owner := service
	if owner == "" {
		owner = "."
	}
	if h.fault != nil {
		return nil, h.fault
	}
	if grant := h.refuse("container " + owner); grant != "" {
		return nil, &shipworthy.ContainersError{Kind: shipworthy.ContainersNotGranted, Detail: grant}
	}
	var found []shipworthy.Container
	for _, scripted := range h.containers {
		if scripted.owner == owner {
			found = append(found, scripted.container)
		}
	}
	return found, nil
}

// ask is the container, if what the line for its owner asks is declared.
func (h *host) ask(id, kind, name string) (*scripted, error) {
	if h.fault != nil {
		return nil, h.fault
	}
	of := slices.IndexFunc(h.containers, func(s *scripted) bool { return s.container.ID == id })
	if of < 0 {
		return nil, &shipworthy.ContainersError{Kind: shipworthy.ContainersNoSuchContainer, Detail: id}
	}
	found := h.containers[of]
	line := kind + " " + found.owner
	if name != "" {
		line += " " + name
	}
	if grant := h.refuse(line); grant != "" {
		return nil, &shipworthy.ContainersError{Kind: shipworthy.ContainersNotGranted, Detail: grant}
	}
	return found, nil
}

func (h *host) Env(id, name string) (value string, found bool, err error) {
	container, err := h.ask(id, "env", name)
	if err != nil {
		return "", false, err
	}
	value, found = container.env[name]
	return value, found, nil
}

func (h *host) Label(id, name string) (value string, found bool, err error) {
	container, err := h.ask(id, "label", name)
	if err != nil {
		return "", false, err
	}
	value, found = container.labels[name]
	return value, found, nil
}

func (h *host) SHA256(id, path string) (string, error) {
	container, err := h.ask(id, "file", path)
	if err != nil {
		return "", err
	}
	digest, found := container.digests[path]
	if !found {
		return "", &shipworthy.ContainersError{Kind: shipworthy.ContainersNoSuchFile, Detail: path}
	}
	return digest, nil
}

func (h *host) ReadFile(id, path string, maxBytes uint32) ([]byte, error) {
	container, err := h.ask(id, "file", path)
	if err != nil {
		return nil, err
	}
	content, found := container.files[path]
	switch {
	case !found:
		return nil, &shipworthy.ContainersError{Kind: shipworthy.ContainersNoSuchFile, Detail: path}
	case uint64(len(content)) > uint64(maxBytes):
		return nil, &shipworthy.ContainersError{Kind: shipworthy.ContainersTooLarge, Limit: maxBytes}
	default:
		return bytes.Clone(content), nil
	}
}

func (h *host) Logs(id string, lines uint32) ([]string, error) {
	container, err := h.ask(id, "logs", "")
	if err != nil {
		return nil, err
	}
	kept := min(uint64(lines), uint64(len(container.logs)))
	return slices.Clone(container.logs[uint64(len(container.logs))-kept:]), nil
}
