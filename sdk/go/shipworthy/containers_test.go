package shipworthy_test

import (
	"testing"

	"shipworthy.dev/shipworthy"
	"shipworthy.dev/shipworthy/shipworthytest"
)

func TestImagesAreTakenApart(t *testing.T) {
	for _, row := range []struct {
		image, name, tag string
		named, tagged    bool
	}{
		{"agent", "agent", "", true, false},
		{"agent:1.2", "agent", "1.2", true, true},
		{"team/agent-docker:latest", "team/agent-docker", "latest", true, true},
		{"localhost/agent:1", "agent", "1", true, true},
		{"host:5000/agent", "agent", "", true, false},
		{"host:5000/a/b:1@sha256:00", "a/b", "1", true, true},
		{"a/b@sha256:00", "a/b", "", true, false},
		{"sha256:0123", "", "", false, false},
		{"", "", "", false, false},
	} {
		container := shipworthy.Container{Image: row.image}
		name, named := container.ImageName()
		tag, tagged := container.ImageTag()
		if name != row.name || named != row.named || tag != row.tag || tagged != row.tagged {
			t.Errorf("%s: found %s %v, %s %v", row.image, name, named, tag, tagged)
		}
	}
}

func TestEachContainersErrorLeavesTheGapThatFitsAndKeepsItsDetail(t *testing.T) {
	for _, row := range []struct {
		err    shipworthy.ContainersError
		gap    shipworthy.Gap
		detail string
	}{
		{shipworthy.ContainersError{Kind: shipworthy.ContainersNotGranted, Detail: "container ."}, shipworthy.GapNotGranted, "not granted: container ."},
		{shipworthy.ContainersError{Kind: shipworthy.ContainersEngineUnreachable, Detail: "x"}, shipworthy.GapUnreachable, "x"},
		{shipworthy.ContainersError{Kind: shipworthy.ContainersNoSuchContainer, Detail: "x"}, shipworthy.GapUnreachable, "no such container: x"},
		{shipworthy.ContainersError{Kind: shipworthy.ContainersNoSuchFile, Detail: "x"}, shipworthy.GapNotOffered, "no such file: x"},
		{shipworthy.ContainersError{Kind: shipworthy.ContainersNotAFile, Detail: "x"}, shipworthy.GapUnreadable, "not a regular file: x"},
		{
			shipworthy.ContainersError{Kind: shipworthy.ContainersAmbiguousProject, Projects: []string{"x", "y"}},
			shipworthy.GapConfig, "several compose projects fit, and the environment names none: x, y",
		},
		{shipworthy.ContainersError{Kind: shipworthy.ContainersTooLarge, Limit: 9}, shipworthy.GapLimit, "more than 9 bytes"},
		{shipworthy.ContainersError{Kind: shipworthy.ContainersTimedOut, Limit: 9}, shipworthy.GapTimedOut, "the container engine did not answer within 9 ms"},
		{shipworthy.ContainersError{Kind: shipworthy.ContainersOther, Detail: "x"}, shipworthy.GapUnreadable, "x"},
	} {
		if failure := shipworthy.AsFailure(&row.err); failure.Why != row.gap || failure.Detail != row.detail {
			t.Errorf("expected %s: %s, found %+v", row.gap, row.detail, failure)
		}
	}
}

func TestContainersAreAskedAsTheyAreScripted(t *testing.T) {
	script := shipworthytest.New(t).
		Container(shipworthy.Container{Name: "one", Image: "agent:1.2"}).
		Env("TAG", "1.2").Label("org.example", "").File("/v", []byte("hello")).SHA256("/v", "00").Logs("a", "b", "c").
		ContainerOf("other", shipworthy.Container{Name: "two"})
	containers := script.Stack().Containers()
	own, err := containers.Own()
	if err != nil || len(own) != 1 || own[0].ID != "id-of-one" {
		t.Fatal(own, err)
	}
	if others, err := containers.Of("other"); err != nil || len(others) != 1 || others[0].Name != "two" {
		t.Error(others, err)
	}
	if value, found, err := containers.Env(own[0], "TAG"); value != "1.2" || !found || err != nil {
		t.Error(value, found, err)
	}
	if value, found, err := containers.Env(own[0], "NONE"); value != "" || found || err != nil {
		t.Error(value, found, err)
	}
	if value, found, err := containers.Label(own[0], "org.example"); value != "" || !found || err != nil {
		t.Error(value, found, err)
	}
	if digest, err := containers.SHA256(own[0], "/v"); digest != "00" || err != nil {
		t.Error(digest, err)
	}
	if _, err := containers.SHA256(own[0], "/w"); err == nil || err.Error() != "no such file: /w" {
		t.Error(err)
	}
	if content, err := containers.ReadFile(own[0], "/v", 5); string(content) != "hello" || err != nil {
		t.Error(content, err)
	}
	if _, err := containers.ReadFile(own[0], "/v", 4); err == nil || err.Error() != "more than 4 bytes" {
		t.Error(err)
	}
	if lines, err := containers.Logs(own[0], 2); len(lines) != 2 || lines[0] != "b" || err != nil {
		t.Error(lines, err)
	}
	if lines, err := containers.Logs(own[0], 9); len(lines) != 3 || err != nil {
		t.Error(lines, err)
	}
	if _, err := containers.Logs(shipworthy.Container{ID: "gone"}, 1); err == nil || err.Error() != "no such container: gone" {
		t.Error(err)
	}
}
