package shipworthytest

import (
	"slices"
	"strings"
)

// descriptor is what a descriptor declares, so that a script can refuse the rest.
type descriptor struct {
	Needs    []string `json:"needs"`
	Optional []string `json:"optional"`
	Rules    []struct {
		Name string `json:"name"`
	} `json:"rules"`
}

// covers is whether a use, written as the line of needs that would cover exactly it, is declared.
func (d *descriptor) covers(line string) bool {
	declares := func(need string) bool { return covers(need, line) }
	return slices.ContainsFunc(d.Needs, declares) || slices.ContainsFunc(d.Optional, declares)
}

func (d *descriptor) hasRule(name string) bool {
	for _, rule := range d.Rules {
		if rule.Name == name {
			return true
		}
	}
	return false
}

// covers compares word by word; the last word of a need may be a pattern.
func covers(need, line string) bool {
	needed, used := strings.Fields(need), strings.Fields(line)
	last := len(needed) - 1
	if last < 0 || len(used) != len(needed) || !slices.Equal(needed[:last], used[:last]) {
		return false
	}
	pattern := needed[last]
	if needed[0] == "label" {
		// In a label's name nothing is a segment.
		pattern = strings.ReplaceAll(pattern, "*", "**")
	}
	return matches(pattern, used[last])
}

// matches has `*` within a segment, and `**` across.
func matches(pattern, text string) bool {
	if rest, crosses := strings.CutPrefix(pattern, "**"); crosses {
		return matchesSomewhere(rest, text, len(text))
	}
	if rest, within := strings.CutPrefix(pattern, "*"); within {
		segment := strings.IndexByte(text, '/')
		if segment < 0 {
			segment = len(text)
		}
		return matchesSomewhere(rest, text, segment)
	}
	if pattern == "" || text == "" {
		return pattern == text
	}
	return pattern[0] == text[0] && matches(pattern[1:], text[1:])
}

func matchesSomewhere(pattern, text string, most int) bool {
	for taken := range most + 1 {
		if matches(pattern, text[taken:]) {
			return true
		}
	}
	return false
}
