package conformance

import (
	"strings"

	"shipworthy.dev/shipworthy"
)

func containers(stack *shipworthy.Stack) error {
	own, err := stack.Containers().Own()
	if err != nil {
		return err
	}
	for _, container := range own {
		lookInto(stack, container)
	}
	if others, err := stack.Containers().Of("other"); err != nil {
		stack.Missing("other", err)
	} else {
		stack.Fact("other", shipworthy.Number(len(others)), shipworthy.From("containers other"))
	}
	return nil
}

func lookInto(stack *shipworthy.Stack, container shipworthy.Container) {
	at := func(what string) shipworthy.Origin { return shipworthy.From(what).Of(container.Name) }
	// give tells a value that may not be there.
	give := func(key, what, none string, value string, found bool, err error) {
		switch {
		case err != nil:
			stack.Missing(key, err)
		case !found:
			stack.Missing(key, notOffered(none))
		default:
			stack.Fact(key, shipworthy.Text(value), at(what))
		}
	}
	name, named := container.ImageName()
	give("image-name", "image", "the image has no name", name, named, nil)
	tag, tagged := container.ImageTag()
	give("image-tag", "image", "the image has no tag", tag, tagged, nil)
	stack.Fact("state", shipworthy.Text(container.State), at("state"))

	reading := stack.Containers()
	value, found, err := reading.Env(container, "TAG")
	give("env", "env TAG", "no variable TAG", value, found, err)
	value, found, err = reading.Label(container, "org.example.build")
	give("label", "label org.example.build", "no label org.example.build", value, found, err)
	for _, file := range []struct{ key, path string }{{"file", "/etc/conformance"}, {"none", "/etc/none"}} {
		content, err := reading.ReadFile(container, file.path, 64)
		give(file.key, "file "+file.path, "", string(content), true, err)
	}
	if digest, err := reading.SHA256(container, "/etc/conformance"); err != nil {
		stack.Missing("file", err)
	} else {
		stack.Digest("file", digest, at("file /etc/conformance"))
	}
	lines, err := reading.Logs(container, 2)
	give("log", "logs", "", strings.Join(lines, " | "), true, err)
}
