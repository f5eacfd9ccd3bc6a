package clients

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"time"

	"shipworthy.dev/shipworthy"
)

// large asks for more than the probe's memory holds, and keeps none of it.
func large(stack *shipworthy.Stack) error {
	total := 0
	for range 900 {
		response, err := stack.HTTP().Get("/large").Response()
		if err != nil {
			return err
		}
		total += len(response.Body)
	}
	stack.Fact("large", shipworthy.Number(total), shipworthy.From("GET /large"))
	return nil
}

// garbage has collections begin while the host is asked.
func garbage(stack *shipworthy.Stack) error {
	var kept []string
	for range 200 {
		for length := range 200 {
			kept = append(kept, strings.Repeat("x", 1_000+length))
		}
		if len(kept) > 4_000 {
			kept = nil
		}
		if _, err := stack.HTTP().Get("/info").Expect(200).JSON(); err != nil {
			return err
		}
	}
	return collected(stack, "garbage")
}

// goroutines ask at the same time, and collect while others do.
func goroutines(stack *shipworthy.Stack) error {
	var group sync.WaitGroup
	faults := make(chan error, 100)
	for number := range cap(faults) {
		group.Add(1)
		go func() {
			defer group.Done()
			runtime.Gosched()
			if number%3 == 0 {
				runtime.GC()
			}
			_, err := stack.HTTP().Get("/info").Expect(200).JSON()
			faults <- err
		}()
	}
	group.Wait()
	close(faults)
	for err := range faults {
		if err != nil {
			return err
		}
	}
	return collected(stack, "goroutines")
}

// timers are due while the host is asked.
func timers(stack *shipworthy.Stack) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	due := make(chan struct{}, 50)
	for number := range cap(due) {
		time.AfterFunc(time.Duration(number)*100*time.Microsecond, func() { due <- struct{}{} })
		if _, err := stack.HTTP().Get("/info").Expect(200).JSON(); err != nil {
			return err
		}
	}
	<-ctx.Done()
	for range cap(due) {
		<-due
	}
	stack.Fact("timers", shipworthy.Number(cap(due)), shipworthy.From("time"))
	return nil
}

// collected says that collections were made at all.
func collected(stack *shipworthy.Stack, name string) error {
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	stack.Fact(name, shipworthy.Text(fmt.Sprintf("collected: %t", memory.NumGC > 2)), shipworthy.From("runtime"))
	return nil
}
