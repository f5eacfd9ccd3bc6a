// Package httpclient lets code that was written for net/http ask through the host. It is a package of its own, since
// net/http makes a component larger by several megabytes.
//
// A URL's host is a role of the descriptor: `http://main/info`, `http://metrics/metrics`. Whether it begins with `http` or
// `https` makes no difference: address, credentials and TLS are the environment's, and redirects are answers.
//
//	client := httpclient.New(stack)
//	response, err := client.Get("http://main/info")
//	if err != nil {
//		return err
//	}
//	defer response.Body.Close()
//	if err := httpclient.Expect(response, 200); err != nil {
//		return err
//	}
//
// An error of the client wraps the error of package shipworthy that says why, so returning it, or giving it to
// Stack.Missing, leaves the gap that fits.
package httpclient

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"time"

	"shipworthy.dev/shipworthy"
)

// New is a client that follows no redirect. Limit its requests by their context; a Timeout of the client's own would hide
// why there is no answer.
func New(stack *shipworthy.Stack) *http.Client {
	return &http.Client{
		Transport: &Transport{Stack: stack},
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		},
	}
}

// Transport is an http.RoundTripper over the host, for clients of one's own.
type Transport struct {
	// Stack is what the probe was given.
	Stack *shipworthy.Stack
}

// RoundTrip sends one request and reads the whole answer.
func (t *Transport) RoundTrip(request *http.Request) (*http.Response, error) {
	body, err := whole(request)
	if err != nil {
		return nil, err
	}
	asked, err := translate(request, body)
	if err != nil {
		return nil, err
	}
	response, err := t.Stack.HTTP().Send(asked).Response()
	if err != nil {
		return nil, timed(err)
	}
	headers := http.Header{}
	for _, header := range response.Headers {
		headers.Add(header.Name, header.Value)
	}
	return &http.Response{
		Status:        fmt.Sprintf("%d %s", response.Status, http.StatusText(response.Status)),
		StatusCode:    response.Status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        headers,
		Body:          io.NopCloser(bytes.NewReader(response.Body)),
		ContentLength: int64(len(response.Body)),
		Request:       request,
	}, nil
}

// Expect is nil if the answer's status is status, else an error that becomes the gap that fits.
func Expect(response *http.Response, status int) error {
	if response.StatusCode == status {
		return nil
	}
	unexpected := &shipworthy.UnexpectedStatus{Expected: []int{status}, Status: response.StatusCode}
	if request := response.Request; request != nil && request.URL != nil {
		unexpected.What = method(request) + " " + request.URL.RequestURI()
	}
	if response.StatusCode >= 300 && response.StatusCode <= 399 {
		unexpected.Location = response.Header.Get("Location")
	}
	return unexpected
}

// whole reads the request's body, which a RoundTripper closes in any case.
func whole(request *http.Request) ([]byte, error) {
	if request.Body == nil {
		return nil, nil
	}
	body, err := io.ReadAll(request.Body)
	return body, errors.Join(err, request.Body.Close())
}

func translate(request *http.Request, body []byte) (shipworthy.Request, error) {
	if request.URL == nil {
		return shipworthy.Request{}, invalid("it has no URL")
	}
	if request.URL.User != nil {
		return shipworthy.Request{}, invalid("its URL has a user name, and credentials are the environment's")
	}
	asked := shipworthy.NewRequest(method(request), request.URL.RequestURI()).WithBody(body)
	if role := request.URL.Host; role != "main" {
		asked = asked.Endpoint(role)
	}
	// In an order that a replay has again.
	for _, name := range slices.Sorted(maps.Keys(request.Header)) {
		for _, value := range request.Header[name] {
			asked = asked.Header(name, value)
		}
	}
	switch err := request.Context().Err(); err {
	case nil:
	case context.DeadlineExceeded:
		return shipworthy.Request{}, &Timeout{why: notSent, context: err}
	default:
		// The probe gave up by itself.
		return shipworthy.Request{}, err
	}
	if deadline, limited := request.Context().Deadline(); limited {
		asked = asked.Timeout(time.Until(deadline))
	}
	return asked, nil
}

func method(request *http.Request) string {
	if request.Method == "" {
		return http.MethodGet
	}
	return request.Method
}

func invalid(why string) error {
	return &shipworthy.NetworkError{Kind: shipworthy.NetworkInvalidRequest, Detail: why}
}

// notSent is the error of a request whose context was done before.
var notSent = &shipworthy.NetworkError{Kind: shipworthy.NetworkTimedOut, Phase: shipworthy.PhaseSend}

// timed makes a timeout one for net/http too.
func timed(err error) error {
	var why *shipworthy.NetworkError
	if errors.As(err, &why) && why.Kind == shipworthy.NetworkTimedOut {
		return &Timeout{why: why, context: context.DeadlineExceeded}
	}
	return err
}

// Timeout is an error of a request that took too long, as net/http knows them.
type Timeout struct {
	why     *shipworthy.NetworkError
	context error
}

// Error says it in words.
func (t *Timeout) Error() string {
	return t.why.Error()
}

// Timeout is true: url.Error asks for it.
func (t *Timeout) Timeout() bool {
	return true
}

// Unwrap has the error of package shipworthy and that of the context.
func (t *Timeout) Unwrap() []error {
	return []error{t.why, t.context}
}
