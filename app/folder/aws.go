package folder

import (
	"context"
	"errors"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/provider/bedrock"
)

// AWS returns what can be chosen for Amazon Bedrock. It reads files only.
func (p *Providers) AWS(ctx context.Context) (wire.AWSChoices, error) {
	for _, each := range p.fixed {
		if aws, ok := each.(interface {
			Choices(ctx context.Context) bedrock.Choices
		}); ok {
			return wire.AWSChoices(aws.Choices(ctx)), nil
		}
	}
	return wire.AWSChoices{}, errors.New("looking for Amazon Bedrock: it is none of the providers")
}
