package clients

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"

	"shipworthy.dev/shipworthy"
	"shipworthy.dev/shipworthy/httpclient"
)

func get(stack *shipworthy.Stack) error {
	response, err := httpclient.New(stack).Get("http://main/info")
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if err := httpclient.Expect(response, http.StatusOK); err != nil {
		return err
	}
	var info struct{ Version string }
	if err := json.NewDecoder(response.Body).Decode(&info); err != nil {
		return err
	}
	stack.Fact("version", shipworthy.Text(info.Version), shipworthy.From("GET /info version"))
	stack.Fact("x-many", shipworthy.Text(strings.Join(response.Header.Values("X-Many"), " ")), shipworthy.From("GET /info x-many"))
	return nil
}

func post(stack *shipworthy.Stack) error {
	response, err := httpclient.New(stack).Post("http://main/echo", "text/plain", strings.NewReader("hello"))
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	stack.Fact("post", shipworthy.Text(string(body)), shipworthy.From("POST /echo"))
	return nil
}

func moved(stack *shipworthy.Stack) error {
	response, err := httpclient.New(stack).Get("http://main/moved")
	if err != nil {
		return err
	}
	return httpclient.Expect(response, http.StatusOK)
}

func slow(stack *shipworthy.Stack) error {
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://main/slow", nil)
	if err != nil {
		return err
	}
	_, err = httpclient.New(stack).Do(request)
	return err
}

func undeclared(stack *shipworthy.Stack) error {
	_, err := httpclient.New(stack).Get("http://main/undeclared")
	return err
}
