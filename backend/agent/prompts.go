package agent

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"slices"
	"strings"

	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/session"
)

// Prompt is what a person sends: text, images, references, or several of them.
type Prompt struct {
	Text       string
	Images     []session.Image
	References []session.Reference // without content
}

// maxImageSide is what services take, in pixels; see [session.MaxImages] for what
// else they take.
const maxImageSide = 8000

// ImageError says which image cannot be sent and why.
type ImageError struct {
	Name   string
	Reason string // "is empty"
}

func (e *ImageError) Error() string { return fmt.Sprintf("image %q %s", e.Name, e.Reason) }

// checked returns the prompt as it is sent: an image is of the kind that its
// content says, whatever it was called.
func (p Prompt) checked() (Prompt, error) {
	if strings.TrimSpace(p.Text) == "" && len(p.Images)+len(p.References) == 0 {
		return Prompt{}, ErrEmpty
	}
	references, err := session.CheckReferences(p.References)
	if err != nil {
		return Prompt{}, err
	}
	var images []session.Image
	for i, picture := range p.Images {
		if picture.Name == "" {
			picture.Name = fmt.Sprintf("image %d", i+1)
		}
		picture.MediaType = mediaType(picture.Data)
		switch {
		case i >= session.MaxImages:
			return Prompt{}, &ImageError{picture.Name, fmt.Sprintf("is one too many: a message may hold %d", session.MaxImages)}
		case len(picture.Data) == 0:
			return Prompt{}, &ImageError{picture.Name, "is empty"}
		case len(picture.Data) > session.MaxImageBytes:
			return Prompt{}, &ImageError{picture.Name, fmt.Sprintf("is larger than %.2f MB, more than models take", session.MaxImageBytes/1e6)}
		case picture.MediaType == "":
			return Prompt{}, &ImageError{picture.Name, "is not a PNG, JPEG, GIF or WebP picture"}
		}
		if fault := faultOf(picture); fault != "" {
			return Prompt{}, &ImageError{picture.Name, fault}
		}
		images = append(images, picture)
	}
	return Prompt{Text: p.Text, Images: images, References: references}, nil
}

// faultOf says why services would refuse a picture, as far as its beginning tells.
// One that is sent once is sent with each later request, and each would fail. Of
// WebP nothing is known here.
func faultOf(picture session.Image) string {
	var size image.Config
	var err error
	data := bytes.NewReader(picture.Data)
	switch picture.MediaType {
	case "image/png":
		size, err = png.DecodeConfig(data)
	case "image/jpeg":
		size, err = jpeg.DecodeConfig(data)
	case "image/gif":
		size, err = gif.DecodeConfig(data)
	}
	switch {
	case err != nil:
		return "is damaged"
	case size.Width > maxImageSide || size.Height > maxImageSide:
		return fmt.Sprintf("has %d × %d pixels; models take %d on a side", size.Width, size.Height, maxImageSide)
	}
	return ""
}

// mediaType tells what a picture's first bytes say it is, or "".
func mediaType(data []byte) string {
	switch {
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		return "image/png"
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		return "image/jpeg"
	case bytes.HasPrefix(data, []byte("GIF87a")), bytes.HasPrefix(data, []byte("GIF89a")):
		return "image/gif"
	case len(data) >= 12 && string(data[:4]) == "RIFF" && string(data[8:12]) == "WEBP":
		return "image/webp"
	}
	return ""
}

// title is what a session or a checkpoint is called after the prompt.
func (p Prompt) title() string {
	switch named := title(p.Text); {
	case named != "":
		return named
	case len(p.Images) > 0:
		return title(p.Images[0].Name)
	case len(p.References) > 0:
		return title(p.References[0].Name)
	}
	return ""
}

// promptOfTurn is what a turn began with.
func promptOfTurn(turn session.Turn) Prompt {
	return Prompt{Text: turn.Prompt, Images: turn.Images, References: turn.References}
}

// joined makes one prompt of queued messages.
func joined(queue []session.Queued) Prompt {
	var prompt Prompt
	texts := []string{}
	for _, queued := range queue {
		if queued.Text != "" {
			texts = append(texts, queued.Text)
		}
		prompt.Images = append(prompt.Images, queued.Images...)
		prompt.References = append(prompt.References, queued.References...)
	}
	prompt.References = ownIDs(prompt.References)
	prompt.Text = strings.Join(texts, "\n\n")
	return prompt
}

// ownIDs gives references that came with several messages ids of their own.
func ownIDs(references []session.Reference) []session.Reference {
	seen := map[string]bool{}
	for i := range references {
		id := references[i].ID
		for n := 2; seen[references[i].ID]; n++ {
			references[i].ID = fmt.Sprintf("%s-%d", id, n)
		}
		seen[references[i].ID] = true
	}
	return references
}

// fitting returns which messages of a queue may go by themselves, in one
// message to the model: from the first on as many as their images and references
// allow, but for those that are held.
func fitting(queue []session.Queued) []session.Queued {
	var fit []session.Queued
	images, references, given := 0, 0, 0
	for _, queued := range queue {
		if queued.Held {
			continue
		}
		images += len(queued.Images)
		references += len(queued.References)
		for _, r := range queued.References {
			if r.Given != nil {
				given += len(*r.Given)
			}
		}
		tooMany := images > session.MaxImages || references > session.MaxReferences || given > session.MaxAllGiven
		if tooMany && len(fit) > 0 {
			break
		}
		fit = append(fit, queued)
	}
	return fit
}

// pictures are the images of a message.
func pictures(images []session.Image) []provider.Block {
	var blocks []provider.Block
	for _, image := range images {
		blocks = append(blocks, provider.Block{Kind: provider.BlockImage, Image: &provider.Image{
			MediaType: image.MediaType, Data: image.Data,
		}})
	}
	return blocks
}

const textRefusedImage = "(The user attached an image here. It is left out: the service refused it.)"

// withoutRefused puts a text in the place of images that the service refused.
func withoutRefused(blocks []provider.Block, refused bool) []provider.Block {
	for i := range blocks {
		if refused && blocks[i].Kind == provider.BlockImage {
			blocks[i] = text(textRefusedImage)
		}
	}
	return blocks
}

// refusedImages notes that the service refused a request of a turn with images:
// with them it would refuse every later one as well.
func (t *turn) refusedImages(err error) {
	if provider.ClassOf(err) != provider.ClassValidation {
		return
	}
	has := false
	t.live.read(func(s session.Session) {
		has = showsImages(*s.Turn(t.head.ID))
	})
	if has {
		t.change(func(head *session.Turn) { head.ImagesRefused = true })
		t.notice("The pictures of this message are not sent again, as the service refused the request that held them.")
	}
}

const textNoImage = "(The user attached an image here. It is left out: this model takes no images. Say so if it matters.)"

// withoutImages puts a text in the place of every image.
func withoutImages(messages []provider.Message) []provider.Message {
	out := make([]provider.Message, len(messages))
	for i, message := range messages {
		blocks := slices.Clone(message.Blocks)
		for n := range blocks {
			if blocks[n].Kind == provider.BlockImage {
				blocks[n] = text(textNoImage)
			}
		}
		out[i] = provider.Message{Role: message.Role, Blocks: blocks}
	}
	return out
}

// lookAtImages finds out whether the model is known to take no images, where
// the session has any. The provider is asked once in a turn, and only of a model
// that it has not told of yet.
func (t *turn) lookAtImages(ctx context.Context, m model) {
	if t.looked || !t.live.hasImages() {
		return
	}
	t.looked = true
	if known, ok := t.agent.catalogue.model(m.info.ID, m.id); ok {
		t.noImages = known.NoImages
		return
	}
	var models []provider.Model
	var err error
	ended, panicked := t.await(ctx, func() {
		asking, cancel := context.WithTimeout(ctx, modelsLimit)
		defer cancel()
		models, err = m.provider.Models(asking)
	})
	if !ended || panicked != nil || err != nil {
		return // then the service says what it takes
	}
	t.agent.catalogue.learn(m.info.ID, models)
	known, _ := t.agent.catalogue.model(m.info.ID, m.id)
	t.noImages = known.NoImages
}

func (l *live) hasImages() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.ContainsFunc(l.state.Turns, showsImages)
}

// showsImages reports whether the user has put images into a turn, or pointed at
// some.
func showsImages(turn session.Turn) bool {
	return len(turn.Images) > 0 || slices.ContainsFunc(turn.References, isImage) || slices.ContainsFunc(turn.Items, func(item session.Item) bool {
		return len(item.Images) > 0 || slices.ContainsFunc(item.References, isImage)
	})
}

func isImage(r session.Reference) bool { return r.Content != nil && r.Content.Image != nil }
