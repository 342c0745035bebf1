package wire

// TextSearch looks for text in the workspace's files.
type TextSearch struct {
	ID             string   `json:"id"` // chosen by the page; names the search in events and in Cancel
	Pattern        string   `json:"pattern"`
	Regex          bool     `json:"regex"`
	CaseSensitive  bool     `json:"caseSensitive"`
	WholeWord      bool     `json:"wholeWord"`
	Multiline      bool     `json:"multiline"`
	Include        []string `json:"include"`
	Exclude        []string `json:"exclude"`
	UseIgnoreFiles bool     `json:"useIgnoreFiles"`
	MaxResults     int      `json:"maxResults"`
	Folder         string   `json:"folder"`
}

// TextMatches is a batch of results of one search, in order of Seq from 1.
type TextMatches struct {
	ID       string      `json:"id"`
	Seq      int64       `json:"seq"`
	Files    []TextMatch `json:"files"`
	Done     bool        `json:"done"`
	LimitHit bool        `json:"limitHit"`
	Error    *Error      `json:"error,omitempty"`
}

// TextMatch is the matching lines of one file.
type TextMatch struct {
	Path  string     `json:"path"`
	Lines []TextLine `json:"lines"`
}

// TextLine is one line with matches. Ranges are UTF-16 columns in Text.
type TextLine struct {
	Line   int         `json:"line"` // 1-based
	Offset int         `json:"offset"`
	Text   string      `json:"text"`
	Ranges []TextRange `json:"ranges"`
}

// TextRange is a half-open range of UTF-16 columns.
type TextRange struct {
	Start int `json:"start"`
	End   int `json:"end"`
}

// FileSearch looks for files by name.
type FileSearch struct {
	Pattern        string   `json:"pattern"` // fuzzy; empty for all
	Include        []string `json:"include"`
	Exclude        []string `json:"exclude"`
	UseIgnoreFiles bool     `json:"useIgnoreFiles"`
	MaxResults     int      `json:"maxResults"`
	CacheKey       string   `json:"cacheKey"`
}

// FileMatches is the answer to a [FileSearch], best first.
type FileMatches struct {
	Paths    []string `json:"paths"`
	LimitHit bool     `json:"limitHit"`
}
