// Package sse lets a k6 script read a stream of server-sent events, which k6 itself gives up as soon as a response does
// not end.
package sse

import (
	"bufio"
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/grafana/sobek"
	"go.k6.io/k6/js/modules"
)

// Snapshots of an election with many contests fit one line of this size.
const maxLineBytes = 8 << 20

func init() {
	modules.Register("k6/x/sse", rootModule{})
}

type rootModule struct{}

type module struct{ vu modules.VU }

func (rootModule) NewModuleInstance(vu modules.VU) modules.Instance {
	return &module{vu: vu}
}

func (m *module) Exports() modules.Exports {
	return modules.Exports{Named: map[string]any{"watch": m.watch}}
}

// watched is what one connection came to. Error is empty when the time was over, the normal end.
type watched struct {
	Status int    `js:"status"`
	Events int    `js:"events"`
	Bytes  int    `js:"bytes"`
	Error  string `js:"error"`
}

// watch(url, seconds, (id, data) => …) reads events until the time is over or the connection breaks, and calls the function
// for each. It blocks its virtual user, as an HTTP request does.
func (m *module) watch(url string, seconds float64, onEvent sobek.Value) (*watched, error) {
	call, ok := sobek.AssertFunction(onEvent)
	if !ok {
		return nil, errors.New("watch: the third argument must be a function")
	}
	state := m.vu.State()
	if state == nil {
		return nil, errors.New("watch: only virtual users can watch")
	}
	ctx, cancel := context.WithTimeout(m.vu.Context(), time.Duration(seconds*float64(time.Second)))
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "text/event-stream")
	transport := &http.Transport{DialContext: state.Dialer.DialContext, TLSClientConfig: state.TLSConfig}
	defer transport.CloseIdleConnections()
	response, err := transport.RoundTrip(request)
	if err != nil {
		return &watched{Error: failure(ctx, err)}, nil
	}
	defer response.Body.Close()
	result := &watched{Status: response.StatusCode}
	if response.StatusCode != http.StatusOK {
		result.Error = response.Status
		return result, nil
	}
	result.Error = failure(ctx, m.read(response, result, call))
	return result, nil
}

// read hands over each event at its empty line: WHATWG HTML, section 9.2.6.
func (m *module) read(response *http.Response, result *watched, call sobek.Callable) error {
	runtime := m.vu.Runtime()
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(make([]byte, 0, 4096), maxLineBytes)
	var id string
	var data []string
	for lines.Scan() {
		line := lines.Text()
		result.Bytes += len(line) + 1
		field, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case line == "" && data != nil:
			result.Events++
			if _, err := call(sobek.Undefined(), runtime.ToValue(id), runtime.ToValue(strings.Join(data, "\n"))); err != nil {
				return err
			}
			data = nil
		case field == "id":
			id = value
		case field == "data":
			data = append(data, value)
		}
	}
	if err := lines.Err(); err != nil {
		return err
	}
	return errors.New("the server ended the stream")
}

func failure(ctx context.Context, err error) string {
	if err == nil || ctx.Err() != nil {
		return ""
	}
	return err.Error()
}
