package report

import (
	"context"
	"errors"
	"slices"
	"testing"
)

// count makes the numbers from 1 to n, then err.
func count(n int, err error, ended *bool) func(context.Context, func(int) error) error {
	return func(_ context.Context, put func(int) error) error {
		defer func() { *ended = true }()
		for i := range n {
			if err := put(i + 1); err != nil {
				return err
			}
		}
		return err
	}
}

func TestAhead(t *testing.T) {
	broken, full := errors.New("broken"), errors.New("full")
	for name, tc := range map[string]struct {
		produced error
		fullAt   int
		want     error
		got      []int
	}{
		"all":                {nil, 0, nil, []int{1, 2, 3, 4, 5}},
		"producer fails":     {broken, 0, broken, []int{1, 2, 3, 4, 5}},
		"callee fails":       {nil, 2, full, []int{1, 2}},
		"callee fails first": {broken, 1, full, []int{1}},
	} {
		ended := false
		var got []int
		err := ahead(t.Context(), count(5, tc.produced, &ended), func(n int) error {
			got = append(got, n)
			if n == tc.fullAt {
				return full
			}
			return nil
		})
		if !errors.Is(err, tc.want) || tc.want == nil && err != nil || !slices.Equal(got, tc.got) || !ended {
			t.Errorf("%s: %v, %v, ended %v", name, got, err, ended)
		}
	}
}

func TestAhead_Cancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	ended := false
	err := ahead(ctx, count(5, nil, &ended), func(int) error { cancel(); return nil })
	if !errors.Is(err, context.Canceled) || !ended {
		t.Errorf("%v, ended %v", err, ended)
	}
}
