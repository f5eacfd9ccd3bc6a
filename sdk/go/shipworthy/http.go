package shipworthy

import (
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf8"
)

// Request is a request, built up by its methods.
//
//	request := shipworthy.Get("/metrics").Endpoint("metrics").Header("accept", "text/plain").Timeout(time.Second)
type Request struct {
	endpoint  string
	method    string
	path      string
	headers   []Header
	body      []byte
	timeoutMS uint32
}

// NewRequest is a request with any method that can be granted: `GET`, `HEAD`, `OPTIONS`, `POST`, `PUT`, `PATCH`,
// `DELETE`. The path has the query, begins with `/` and is normal: no `..`, no `//`.
func NewRequest(method, path string) Request {
	return Request{method: method, path: path}
}

// Get is a `GET`.
func Get(path string) Request {
	return NewRequest("GET", path)
}

// Post is a `POST`. A probe has no side effects: use it where the path makes it harmless.
func Post(path string, body []byte) Request {
	return NewRequest("POST", path).WithBody(body)
}

// Endpoint is the request to another role of the descriptor than `main`.
func (r Request) Endpoint(role string) Request {
	r.endpoint = role
	return r
}

// Header is the request with one more header. Those that the host sets, such as `host` and credentials, cannot be set.
func (r Request) Header(name, value string) Request {
	r.headers = append(r.headers[:len(r.headers):len(r.headers)], Header{Name: name, Value: value})
	return r
}

// WithBody is the request with this body.
func (r Request) WithBody(body []byte) Request {
	r.body = body
	return r
}

// Timeout is the request with a shorter limit than the environment's, in whole milliseconds and at least one.
func (r Request) Timeout(limit time.Duration) Request {
	r.timeoutMS = milliseconds(limit)
	return r
}

// What is the request in words: `GET /health`.
func (r Request) What() string {
	return r.method + " " + r.path
}

// Role is where it goes to, empty where that is `main`.
func (r Request) Role() string {
	return r.endpoint
}

// Method is the method, in capitals.
func (r Request) Method() string {
	return r.method
}

// Path is path and query.
func (r Request) Path() string {
	return r.path
}

// Headers are the headers, in order.
func (r Request) Headers() []Header {
	return r.headers
}

// Body is the body; empty for none.
func (r Request) Body() []byte {
	return r.body
}

// TimeoutMS is the limit in milliseconds; 0 is the environment's.
func (r Request) TimeoutMS() uint32 {
	return r.timeoutMS
}

// Response is an answer with any status; redirects are answers.
type Response struct {
	// Status is the status.
	Status int
	// Headers are all headers, in order.
	Headers []Header
	// Body is the body's bytes.
	Body []byte

	what string
}

// What is the request in words: `GET /health`.
func (r *Response) What() string {
	return r.what
}

// Header is the first header of this name, in any case.
func (r *Response) Header(name string) (value string, found bool) {
	for _, header := range r.Headers {
		if strings.EqualFold(header.Name, name) {
			return header.Value, true
		}
	}
	return "", false
}

// Text is the body, if it is UTF-8.
func (r *Response) Text() (string, error) {
	if fault := notUTF8(r.Body); fault != "" {
		return "", &Unreadable{Detail: r.what + ": " + fault}
	}
	return string(r.Body), nil
}

// JSON is the body as JSON, whatever the status and content type.
func (r *Response) JSON() (*JSON, error) {
	return ParseJSON(r.what, r.Body)
}

// Origin is where a part of this answer was read, such as `GET /health status`; an empty part is the answer itself.
func (r *Response) Origin(part string) Origin {
	return From(joined(r.what, part))
}

// Expect is this answer if its status is status, else an error that becomes the gap that fits.
func (r *Response) Expect(status int) (*Response, error) {
	if r.Status != status {
		return nil, r.Unexpected(status)
	}
	return r, nil
}

// Unexpected is the error that another status than the ones expected is.
func (r *Response) Unexpected(expected ...int) *UnexpectedStatus {
	unexpected := &UnexpectedStatus{What: r.what, Expected: expected, Status: r.Status}
	if r.Status >= 300 && r.Status <= 399 {
		unexpected.Location, _ = r.Header("location")
	}
	return unexpected
}

// UnexpectedStatus is an answer whose status is not among those expected.
type UnexpectedStatus struct {
	// What is the request in words.
	What string
	// Expected are the statuses expected.
	Expected []int
	// Status is that of the answer.
	Status int
	// Location is where a redirect leads, as the answer says; empty for none. The host follows none.
	Location string
}

// Gap is the gap that this leaves: turned away (401, 403, 407, 429), nothing of the kind (404, 405, 410, 501), not there
// now (502, 503), too slow (408, 504), and for the rest, redirects included, an answer that says nothing.
func (e *UnexpectedStatus) Gap() Gap {
	switch e.Status {
	case 401, 403, 407, 429:
		return GapDenied
	case 404, 405, 410, 501:
		return GapNotOffered
	case 502, 503:
		return GapUnreachable
	case 408, 504:
		return GapTimedOut
	default:
		return GapUnreadable
	}
}

// Error says it in words.
func (e *UnexpectedStatus) Error() string {
	expected := make([]string, len(e.Expected))
	for index, status := range e.Expected {
		expected[index] = fmt.Sprint(status)
	}
	text := fmt.Sprintf("%s: expected %s, found %d", e.What, strings.Join(expected, " or "), e.Status)
	if e.Location != "" {
		text += fmt.Sprintf(", a redirect to `%s` that is not followed", e.Location)
	}
	return text
}

// As lets errors.As find a [*Failure].
func (e *UnexpectedStatus) As(target any) bool {
	return asFailure(e, target)
}

// Answer is a response, or why there is none. Its methods keep the first error, so that they can be written one after
// another:
//
//	info, err := stack.HTTP().Get("/info").Expect(200).JSON()
type Answer struct {
	response *Response
	err      error
}

// Answered is an answer of its parts; bindings and scripts make it.
func Answered(response *Response, err error) Answer {
	if response == nil && err == nil {
		err = noAnswer()
	}
	return Answer{response: response, err: err}
}

// Response is the response, or the first error.
func (a Answer) Response() (*Response, error) {
	return a.response, a.err
}

// Expect is this answer if its status is status, else an error that becomes the gap that fits.
func (a Answer) Expect(status int) Answer {
	if a.err != nil {
		return a
	}
	return Answered(a.response.Expect(status))
}

// JSON is the body as JSON, whatever the status and content type.
func (a Answer) JSON() (*JSON, error) {
	if a.err != nil {
		return nil, a.err
	}
	return a.response.JSON()
}

// Text is the body, if it is UTF-8.
func (a Answer) Text() (string, error) {
	if a.err != nil {
		return "", a.err
	}
	return a.response.Text()
}

// HTTP is the way to the service over HTTP.
type HTTP struct {
	host Host
}

// Get sends a `GET`.
func (h HTTP) Get(path string) Answer {
	return h.Send(Get(path))
}

// Post sends a `POST`.
func (h HTTP) Post(path string, body []byte) Answer {
	return h.Send(Post(path, body))
}

// Send sends one request.
func (h HTTP) Send(request Request) Answer {
	if err := request.check(); err != nil {
		return Answered(nil, err)
	}
	return Answered(h.host.HTTP(request)).of(request)
}

// SendAll sends several at the same time. Answers are in the order of the requests.
func (h HTTP) SendAll(requests ...Request) []Answer {
	answers := make([]Answer, len(requests))
	sent := make([]Request, 0, len(requests))
	for index, request := range requests {
		if err := request.check(); err != nil {
			answers[index] = Answered(nil, err)
		} else {
			sent = append(sent, request)
		}
	}
	given := h.host.HTTPAll(sent)
	for index, request := range requests {
		switch {
		case answers[index].err != nil:
		case len(given) == 0:
			// The host gives an answer for each request; should it not, the probe does not trap over it.
			answers[index] = Answered(nil, noAnswer())
		default:
			answers[index], given = given[0].of(request), given[1:]
		}
	}
	return answers
}

// of is the answer, knowing its request.
func (a Answer) of(request Request) Answer {
	if a.response != nil {
		a.response.what = request.What()
	}
	return a
}

// check finds what a component cannot hand over to its host at all.
func (r Request) check() error {
	for _, text := range [...]string{r.endpoint, r.method, r.path} {
		if !utf8.ValidString(text) {
			return notText(text)
		}
	}
	return checkHeaders(r.headers)
}

func checkHeaders(headers []Header) error {
	for _, header := range headers {
		if !utf8.ValidString(header.Name) || !utf8.ValidString(header.Value) {
			return notText(header.Name)
		}
	}
	return nil
}

func notText(text string) error {
	return &NetworkError{Kind: NetworkInvalidRequest, Detail: fmt.Sprintf("not UTF-8: %q", prose(text))}
}

func noAnswer() error {
	return &NetworkError{Kind: NetworkProtocol, Detail: "the host gave fewer answers than there were requests"}
}

func joined(what, part string) string {
	if part == "" {
		return what
	}
	return what + " " + part
}

func milliseconds(limit time.Duration) uint32 {
	whole := (limit + time.Millisecond - 1) / time.Millisecond
	return uint32(min(max(whole, 1), math.MaxUint32))
}
