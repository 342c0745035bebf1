package bedrock

import (
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"

	"github.com/keel-ide/keel/backend/provider"
)

// imageBlock translates a picture. Its format is what its bytes say: Bedrock
// refuses a JPEG that is called a PNG, as files often are.
func imageBlock(image provider.Image) (types.ImageBlock, error) {
	block := types.ImageBlock{Source: &types.ImageSourceMemberBytes{Value: image.Data}}
	switch kind := http.DetectContentType(image.Data); kind {
	case "image/png":
		block.Format = types.ImageFormatPng
	case "image/jpeg":
		block.Format = types.ImageFormatJpeg
	case "image/gif":
		block.Format = types.ImageFormatGif
	case "image/webp":
		block.Format = types.ImageFormatWebp
	default:
		return types.ImageBlock{}, badPicture(image.MediaType)
	}
	return block, nil
}

func hasImages(request provider.Request) bool {
	for _, message := range request.Messages {
		for _, block := range message.Blocks {
			if block.Kind == provider.BlockImage && block.Image != nil {
				return true
			}
		}
	}
	return false
}

func takesNoPictures(model string) *provider.Error {
	return fault(provider.ClassValidation, fmt.Sprintf("The model %q takes no pictures.", model),
		"Choose a model that does, or start a new session without pictures.")
}

func badPicture(mediaType string) *provider.Error {
	return fault(provider.ClassValidation, fmt.Sprintf("A picture of the type %q is none that Amazon Bedrock takes.", mediaType),
		"Send it as PNG, JPEG, GIF or WebP.")
}
