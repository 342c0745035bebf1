package bedrocktest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream"
	"github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream/eventstreamapi"
)

// End is how a stream ends.
type End int

const (
	EndClean   End = iota // the HTTP answer is complete, whatever the frames are
	EndDropped            // the connection closes in mid-answer
	EndReset              // the connection is reset (TCP RST); bytes on their way may be lost
	EndStall              // nothing more comes until the client gives up
)

// Reply is what the server answers to one request: Fault if there is one, else
// Stream to converse-stream and Whole to converse.
type Reply struct {
	Stream []byte // frames, see [Join]; may be cut anywhere
	End    End
	Whole  json.RawMessage // the body of a Converse answer
	Fault  *Fault
}

// Fault is an error as an HTTP answer.
type Fault struct {
	Status  int
	Type    string // such as "ThrottlingException"; empty for an answer that is not Bedrock's
	Message string
	Header  http.Header // added, such as Retry-After
	HTML    bool        // a page instead of JSON, as from a proxy
}

func (f Fault) write(w http.ResponseWriter) {
	for name, values := range f.Header {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", "application/json")
	if f.Type != "" {
		w.Header().Set("X-Amzn-Errortype", f.Type+":http://internal.amazon.com/coral/com.amazon.bedrock/")
	}
	if f.HTML {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(f.Status)
		fmt.Fprintf(w, "<html><body>%s</body></html>", f.Message)
		return
	}
	w.WriteHeader(f.Status)
	_, _ = w.Write(toJSON(map[string]string{"message": f.Message}))
}

// Refuse returns a reply with an error of Bedrock.
func Refuse(status int, kind, message string) Reply {
	return Reply{Fault: &Fault{Status: status, Type: kind, Message: message}}
}

// Stream returns a complete reply of frames.
func Stream(frames ...Frame) Reply { return Reply{Stream: Join(frames...)} }

// Answer returns a complete reply of one text.
func Answer(text string) Reply {
	return Stream(MessageStart(), TextDelta(0, text), BlockStop(0), MessageStop("end_turn"), Metadata(10, 5, 0, 0))
}

// Call is a tool call of [Calls]. Arguments is a JSON object, or empty.
type Call struct{ ID, Name, Arguments string }

// Calls returns a complete reply of a text, which may be empty, and tool calls
// whose arguments come in two pieces.
func Calls(text string, calls ...Call) Reply {
	frames := []Frame{MessageStart()}
	index := 0
	if text != "" {
		frames = append(frames, TextDelta(0, text), BlockStop(0))
		index++
	}
	for _, call := range calls {
		frames = append(frames, ToolStart(index, call.ID, call.Name))
		if half := len(call.Arguments) / 2; half > 0 {
			frames = append(frames, ToolDelta(index, call.Arguments[:half]), ToolDelta(index, call.Arguments[half:]))
		}
		frames = append(frames, BlockStop(index))
		index++
	}
	return Stream(append(frames, MessageStop("tool_use"), Metadata(10, 5, 0, 0))...)
}

// Frame is one encoded message of an event stream.
type Frame []byte

// Join puts frames one after the other.
func Join(frames ...Frame) []byte {
	var stream []byte
	for _, frame := range frames {
		stream = append(stream, frame...)
	}
	return stream
}

// Event encodes an event; payload must marshal to a JSON object. Bedrock pads
// payloads with a field "p" that means nothing, and so does Event.
func Event(name string, payload map[string]any) Frame {
	padded := map[string]any{"p": "abcdef"}
	for key, value := range payload {
		padded[key] = value
	}
	return encode(eventstreamapi.EventMessageType, eventstreamapi.EventTypeHeader, name, toJSON(padded))
}

// Exception encodes an error in mid-stream; kind is as in the API's model,
// such as "throttlingException".
func Exception(kind, message string) Frame {
	return encode(eventstreamapi.ExceptionMessageType, eventstreamapi.ExceptionTypeHeader, kind, toJSON(map[string]string{"message": message}))
}

// ErrorFrame encodes an error that is not in the API's model.
func ErrorFrame(code, message string) Frame {
	m := eventstream.Message{}
	m.Headers.Set(eventstreamapi.MessageTypeHeader, eventstream.StringValue(eventstreamapi.ErrorMessageType))
	m.Headers.Set(eventstreamapi.ErrorCodeHeader, eventstream.StringValue(code))
	m.Headers.Set(eventstreamapi.ErrorMessageHeader, eventstream.StringValue(message))
	return encodeMessage(m)
}

// MessageStart opens a reply.
func MessageStart() Frame { return Event("messageStart", map[string]any{"role": "assistant"}) }

// TextDelta is a piece of text; text blocks have no start.
func TextDelta(index int, text string) Frame {
	return delta(index, map[string]any{"text": text})
}

// ReasoningDelta is a piece of reasoning.
func ReasoningDelta(index int, text string) Frame {
	return delta(index, map[string]any{"reasoningContent": map[string]any{"text": text}})
}

// SignatureDelta signs a block of reasoning.
func SignatureDelta(index int, signature string) Frame {
	return delta(index, map[string]any{"reasoningContent": map[string]any{"signature": signature}})
}

// RedactedDelta is reasoning that only the model can read.
func RedactedDelta(index int, data []byte) Frame {
	return delta(index, map[string]any{"reasoningContent": map[string]any{"redactedContent": data}})
}

// ToolStart opens a tool call.
func ToolStart(index int, id, name string) Frame {
	return Event("contentBlockStart", map[string]any{
		"contentBlockIndex": index,
		"start":             map[string]any{"toolUse": map[string]any{"toolUseId": id, "name": name}},
	})
}

// ToolDelta is a piece of a tool call's arguments.
func ToolDelta(index int, piece string) Frame {
	return delta(index, map[string]any{"toolUse": map[string]any{"input": piece}})
}

// BlockStop closes a block.
func BlockStop(index int) Frame {
	return Event("contentBlockStop", map[string]any{"contentBlockIndex": index})
}

// MessageStop says why the reply ends.
func MessageStop(reason string) Frame {
	return Event("messageStop", map[string]any{"stopReason": reason})
}

// Metadata is the usage, which comes after the stop.
func Metadata(input, output, cacheRead, cacheWrite int) Frame {
	return Event("metadata", map[string]any{
		"metrics": map[string]any{"latencyMs": 1},
		"usage": map[string]any{
			"inputTokens": input, "outputTokens": output, "totalTokens": input + output,
			"cacheReadInputTokens": cacheRead, "cacheWriteInputTokens": cacheWrite,
		},
	})
}

func delta(index int, delta map[string]any) Frame {
	return Event("contentBlockDelta", map[string]any{"contentBlockIndex": index, "delta": delta})
}

func encode(messageType, nameHeader, name string, payload []byte) Frame {
	message := eventstream.Message{Payload: payload}
	message.Headers.Set(nameHeader, eventstream.StringValue(name))
	message.Headers.Set(eventstreamapi.ContentTypeHeader, eventstream.StringValue("application/json"))
	message.Headers.Set(eventstreamapi.MessageTypeHeader, eventstream.StringValue(messageType))
	return encodeMessage(message)
}

func encodeMessage(message eventstream.Message) Frame {
	var frame bytes.Buffer
	if err := eventstream.NewEncoder().Encode(&frame, message); err != nil {
		panic(fmt.Sprintf("encoding a frame: %v", err)) //nolint:forbidigo // a script of over 16 MiB a frame is a test's mistake
	}
	return frame.Bytes()
}

// toJSON marshals what the functions here are given; a value that has no JSON
// is the caller's mistake.
func toJSON(value any) []byte {
	data, err := json.Marshal(value)
	if err != nil {
		panic(fmt.Sprintf("marshalling %T: %v", value, err)) //nolint:forbidigo // so is a payload without a JSON
	}
	return data
}
