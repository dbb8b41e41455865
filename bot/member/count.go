package member

import "fmt"

// Count is what an import did to units, or to people: a person on several rows counts once.
type Count struct{ Added, Updated, Same int }

// String is the count in words: 新增 1,更新 0,未变 22.
func (c Count) String() string {
	return fmt.Sprintf("新增 %d,更新 %d,未变 %d", c.Added, c.Updated, c.Same)
}

func (c *Count) add(known, changed bool) {
	switch {
	case !changed:
		c.Same++
	case known:
		c.Updated++
	default:
		c.Added++
	}
}
