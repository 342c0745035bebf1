package bedrock_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/provider/bedrock/bedrocktest"
)

// The smallest files that are pictures, as far as their first bytes tell.
var (
	png  = []byte("\x89PNG\x0d\x0a\x1a\x0a\x00\xff")
	jpeg = []byte("\xff\xd8\xff\xe0\x00\x10JFIF")
	gif  = []byte("GIF89a\x01\x00")
	webp = []byte("RIFF\x04\x00\x00\x00WEBPVP8 ")
)

func picture(mediaType string, data []byte) provider.Block {
	return provider.Block{Kind: provider.BlockImage, Image: &provider.Image{MediaType: mediaType, Data: data}}
}

// sent is the content of the messages that the server got last.
func sent(t *testing.T, server *bedrocktest.Server) [][]map[string]json.RawMessage {
	t.Helper()
	var body struct {
		Messages []struct{ Content []map[string]json.RawMessage }
	}
	if err := json.Unmarshal(last(server).Body, &body); err != nil {
		t.Fatal(err)
	}
	var content [][]map[string]json.RawMessage
	for _, message := range body.Messages {
		content = append(content, message.Content)
	}
	return content
}

func TestImages(t *testing.T) {
	server := newServer(t)
	tests := map[string]struct {
		block  provider.Block
		format string
		data   []byte
	}{
		"png":           {picture("image/png", png), "png", png},
		"jpeg":          {picture("image/jpeg", jpeg), "jpeg", jpeg},
		"gif":           {picture("image/gif", gif), "gif", gif},
		"webp":          {picture("image/webp", webp), "webp", webp},
		"old name":      {picture("image/jpg", jpeg), "jpeg", jpeg},
		"named wrongly": {picture("image/png", jpeg), "jpeg", jpeg},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			request := question("What is this?")
			request.Messages[0].Blocks = append([]provider.Block{test.block}, request.Messages[0].Blocks...)
			if _, err := ask(t.Context(), newProvider(nil), request); err != nil {
				t.Fatal(err)
			}
			var image struct {
				Format string
				Source struct{ Bytes []byte }
			}
			if err := json.Unmarshal(sent(t, server)[0][0]["image"], &image); err != nil {
				t.Fatal(err)
			}
			if image.Format != test.format || !bytes.Equal(image.Source.Bytes, test.data) {
				t.Errorf("sent %+v, want %q of %q", image, test.data, test.format)
			}
		})
	}
}

// Results come first in a message, whatever order they were given in.
func TestImagesBesideToolResults(t *testing.T) {
	server := newServer(t)
	request := history(model)
	answers := &request.Messages[2]
	answers.Blocks = append([]provider.Block{picture("image/png", png), {Kind: provider.BlockText, Text: "Look."}}, answers.Blocks...)
	if _, err := ask(t.Context(), newProvider(nil), request); err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, block := range sent(t, server)[2] {
		for kind := range block {
			kinds = append(kinds, kind)
		}
	}
	if diff := cmp.Diff([]string{"toolResult", "toolResult", "image", "text"}, kinds); diff != "" {
		t.Errorf("blocks (-want +got):\n%s", diff)
	}
}

func TestImageThatIsNone(t *testing.T) {
	server := newServer(t)
	for name, data := range map[string][]byte{"svg": []byte("<svg/>"), "bmp": []byte("BM\x00"), "empty": nil} {
		request := question("What is this?")
		request.Messages[0].Blocks = append(request.Messages[0].Blocks, picture("image/"+name, data))
		_, err := ask(t.Context(), newProvider(nil), request)
		checkSays(t, err, provider.ClassValidation, "PNG, JPEG, GIF or WebP")
	}
	if n := len(server.Requests()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

// A model that Bedrock lists without pictures is not asked; of others it is
// the service that says so.
func TestImagesForModelThatTakesNone(t *testing.T) {
	server := newServer(t)
	setModels(server)
	p := newProvider(nil)
	send := func(model string, blocks ...provider.Block) error {
		request := question("What is this?")
		request.Model = model
		request.Messages[0].Blocks = append(request.Messages[0].Blocks, blocks...)
		_, err := ask(t.Context(), p, request)
		return err
	}
	server.Script(bedrocktest.Refuse(400, "ValidationException", "This model doesn't support the image field for user messages. Remove image and try again."))
	checkSays(t, send("meta.llama", picture("image/png", png)), provider.ClassValidation, `"meta.llama" takes no pictures`)
	if _, err := p.Models(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := len(server.Requests())
	checkSays(t, send("meta.llama", picture("image/png", png)), provider.ClassValidation, `"meta.llama" takes no pictures`)
	if n := len(server.Requests()) - before; n != 0 {
		t.Errorf("%d requests were sent", n)
	}
	for _, err := range []error{send("meta.llama"), send("us.anthropic.claude-x", picture("image/png", png)), send("nobody.knows", picture("image/png", png))} {
		if err != nil {
			t.Error(err)
		}
	}
}
