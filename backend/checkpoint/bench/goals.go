package bench

// aim is a limit of the design: a value, or a multiple of another contender's.
type aim struct {
	operation Operation
	contender Name
	against   Name // "" for a plain value
	most      float64
	text      string
}

func aims() []aim {
	return []aim{
		{FirstCapture, Keel, Git, 0.25, "≤ ¼ of shadow git"},
		{Unchanged, KeelScan, Floor, 1.3, "≤ 1.3× without the watcher"},
		{Unchanged, Keel, "", 3, "≤ 3 ms"},
		{OneChanged, Keel, "", 10, "≤ 10 ms"},
		{ManyChanged, Keel, "", 350, "≤ 350 ms"},
		{Restore, Keel, "", 300, "≤ 300 ms"},
		{DiskFirst, Keel, Git, 0.9, "≤ 0.9× of shadow git"},
		{DiskOne, Keel, Floor, 2, "≤ 2×"},
		{DiskMany, Keel, Floor, 2, "≤ 2×"},
		{Memory, Keel, "", 400, "≤ 400 bytes"},
	}
}

// reached holds a row to the design. What an inexact restore took counts for
// nothing, and what was not measured has no goal.
func reached(row Row) []Goal {
	goals := []Goal{}
	for _, a := range aims() {
		got := row.cell(a.contender)
		if a.operation != row.Operation || got == nil {
			continue
		}
		most := a.most
		if a.against != "" {
			against := row.cell(a.against)
			if against == nil {
				continue
			}
			most *= against.Value
		}
		goals = append(goals, Goal{Contender: a.contender, Text: a.text, Reached: got.Inexact == "" && got.Value <= most})
	}
	return goals
}
