package main

import (
	"flag"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// words collects a flag that is given several times.
type words []string

func (w *words) String() string { return strings.Join(*w, " ") }

func (w *words) Set(word string) error {
	*w = append(*w, word)
	return nil
}

// job prints its lines and ends with its code, as the provisioner does.
func job(arguments []string) error {
	flags := flag.NewFlagSet("job", flag.ContinueOnError)
	var lines words
	flags.Var(&lines, "line", "a line of the log; $NAME in it is replaced by the variable's value")
	code := flags.Int("exit", 0, "exit code")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	for _, line := range lines {
		say("%s", os.ExpandEnv(line))
	}
	os.Exit(*code)
	return nil
}

// sleep runs until it is stopped, after it has put things into its file system.
func sleep(arguments []string) error {
	flags := flag.NewFlagSet("sleep", flag.ContinueOnError)
	var things words
	flags.Var(&things, "make", "KIND:PATH[:MORE]: fifo, folder, socket, device, link (to MORE), sparse (of MORE bytes)")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	for _, thing := range things {
		parts := append(strings.SplitN(thing, ":", 3), "", "")
		if err := put(parts[0], parts[1], parts[2]); err != nil {
			return fmt.Errorf("%s: %w", thing, err)
		}
	}
	say("ready sleep")
	select {}
}

// listeners are held, since one that nobody holds is closed and its file removed.
var listeners []net.Listener

func put(kind, path, more string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	switch kind {
	case "fifo":
		return syscall.Mkfifo(path, 0o644)
	case "folder":
		return os.Mkdir(path, 0o755)
	case "socket":
		listener, err := net.Listen("unix", path)
		listeners = append(listeners, listener)
		return err
	case "device":
		// The null device, in case somebody does read it.
		return syscall.Mknod(path, syscall.S_IFCHR|0o644, 1<<8|3)
	case "link":
		return os.Symlink(more, path)
	case "sparse":
		size, err := strconv.ParseInt(more, 10, 64)
		if err != nil {
			return err
		}
		file, err := os.Create(path)
		if err != nil {
			return err
		}
		defer file.Close()
		return file.Truncate(size)
	}
	return fmt.Errorf("unknown kind")
}

// health is the command of a container's health check: it answers as STAND_IN_HEALTH says.
func health(_ []string) error {
	switch answer := variable("STAND_IN_HEALTH", "healthy"); answer {
	case "healthy":
		return nil
	default:
		say("stand-in: %s", answer)
		os.Exit(1)
		return nil
	}
}
