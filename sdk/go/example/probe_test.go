package probe

import (
	"testing"

	"shipworthy.dev/shipworthy/shipworthytest"
)

const info = `{ "build": { "version": "2.1.0" }, "features": { "refunds": {} } }`

func TestALongQueueBreaksTheRule(t *testing.T) {
	seen := shipworthytest.New(t).
		DescriptorFile("probe.json").
		HTTP("GET /info", shipworthytest.JSON(200, info)).
		HTTP("GET /queue", shipworthytest.JSON(200, `{ "length": 12 }`)).
		Run(Orders{}, `{}`)
	seen.Expect(
		`fact version = "2.1.0", from GET /info build.version`,
		`capability refunds present, from GET /info features`,
		`complete ""`,
		`fact queue = 12, from GET /queue length`,
		`finding queue-short broken: things that wait, expected at most 10, found 12`,
	)
}

func TestTheConfigSaysHowLongIsTooLong(t *testing.T) {
	seen := shipworthytest.New(t).
		DescriptorFile("probe.json").
		HTTP("GET /info", shipworthytest.JSON(200, info)).
		HTTP("GET /queue", shipworthytest.JSON(200, `{ "length": 12 }`)).
		Run(Orders{}, `{ "longest_queue": 20 }`)
	if findings := seen.Findings("queue-short"); len(findings) != 1 || !findings[0].Holds {
		t.Errorf("expected one finding that holds, seen: %q", seen.Lines())
	}
}

func TestAQueueThatIsNotSeenHidesNothing(t *testing.T) {
	seen := shipworthytest.New(t).
		DescriptorFile("probe.json").
		HTTP("GET /info", shipworthytest.JSON(200, info)).
		HTTP("GET /queue", shipworthytest.Unreachable("connection refused")).
		Run(Orders{}, `{}`)
	seen.Expect(
		`fact version = "2.1.0", from GET /info build.version`,
		`capability refunds present, from GET /info features`,
		`complete ""`,
		`missing queue: unreachable: connection refused`,
	)
}

func TestWithoutInfoNothingIsSeen(t *testing.T) {
	seen := shipworthytest.New(t).
		HTTP("GET /info", shipworthytest.Respond(503, "")).
		HTTP("GET /queue", shipworthytest.JSON(200, `{ "length": 3 }`)).
		Run(Orders{}, `{}`)
	seen.Expect(`failed unreachable: GET /info: expected 200, found 503`)
}
