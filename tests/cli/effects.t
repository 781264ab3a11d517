#!/usr/bin/perl
#
# Each kind of mail that reaches a desk has its effect on ticket, clock and
# acknowledgement, and no other.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

use Loket::Cli qw(edits_of passed);
use Loket::Compose qw(compose_bounce);

use constant DESK => 'support@acme.example';
use constant AN => 'an@klant.example';
use constant JAN => 'jan@acme.example';

sub open_ticket($cli, @fields) {
	return $cli->take(From => AN, Subject => 'Factuur',
		'Message-ID' => '<first@klant.example>', @fields);
}

sub answer($cli, @given) {
	return $cli->take(From => JAN, login => 'jan', To => AN, rcpt => [AN],
		Subject => 'Re: Factuur', 'In-Reply-To' => '<first@klant.example>',
		'Message-ID' => '<answer@acme.example>', @given);
}

sub first_response($cli, $number) {
	return $cli->ticket($number)->{targets}{'first-response'};
}

subtest 'a customer\'s first mail makes a ticket, starts its clock, is acknowledged' => sub {
	my $cli = Loket::Cli->new;
	my $got = open_ticket($cli);
	like $got->{number}, qr/^26\d{8}$/, 'ten digits of this year';
	is $got->{tag}, "[ACME #$got->{number}]", 'its tag';
	ok $got->{created}, 'created';
	is $got->{role}, 'customer', 'role';
	is $got->{due}, '2026-11-24T17:30:00+01:00', 'due';
	my $ticket = $cli->ticket($got->{number});
	is $ticket->{state}, 'open', 'it is our turn';
	is $ticket->{type}, 'question', 'the default type';
	is $ticket->{customer}, AN, 'its customer';
	is $ticket->{channel}, 'mail', 'its channel';
	is $ticket->{received}, '2026-11-23T10:00:00+01:00', 'the clock starts at receipt';
	is_deeply [sort keys $ticket->{targets}->%*], ['first-response'],
		'only what the desk promises runs';
	is $ticket->{targets}{'first-response'}{target}, '1 working day', 'target';
	is $ticket->{targets}{'first-response'}{met}, undef, 'not met yet, not missed yet';
	is_deeply [map { "$_->{role} $_->{direction}" } $ticket->{messages}->@*],
		['customer in'], 'one message';
	is_deeply [$cli->acked], [AN], 'one acknowledgement';
};

subtest 'the date that the sender gives starts nothing' => sub {
	my $cli = Loket::Cli->new;
	my $got = open_ticket($cli, Date => 'Mon, 01 Jun 2026 09:00:00 +0200');
	is $got->{due}, '2026-11-24T17:30:00+01:00', 'due from receipt';
};

subtest 'numbers are one sequence for the site with a check digit each' => sub {
	my $cli = Loket::Cli->new;
	my @numbers = map { $_->{number} }
		$cli->take(From => AN, Subject => 'a'),
		$cli->take(From => AN, Subject => 'b', rcpt => ['sales@acme.example']);
	# by hand with Damm's table: 260000001 leaves 4, 260000002 leaves 3
	is_deeply \@numbers, ['2600000014', '2600000023'], 'check digits';
};

subtest 'a customer\'s mail in a thread joins and is not acknowledged' => sub {
	my $cli = Loket::Cli->new;
	my $first = open_ticket($cli);
	$cli->at('2026-11-23 15:00:00');
	my $next = $cli->take(From => AN, Subject => 'Re: Factuur',
		'In-Reply-To' => '<first@klant.example>');
	is $next->{number}, $first->{number}, 'the same number';
	ok !$next->{created}, 'nothing is created';
	is $next->{due}, '2026-11-24T17:30:00+01:00', 'the running clock keeps its start';
	my $ticket = $cli->ticket($first->{number});
	ok !exists $ticket->{targets}{'next-response'}, 'no second clock beside it';
	is scalar $ticket->{messages}->@*, 2, 'two messages';
	is_deeply [$cli->acked], [AN], 'one acknowledgement in all';
};

subtest 'an answer meets the response that runs, the next mail starts the next' => sub {
	my $cli = Loket::Cli->new;
	my $first = open_ticket($cli);
	$cli->at('2026-11-24 09:00:00');
	my $answer = answer($cli);
	is $answer->{role}, 'agent', 'an agent speaks';
	is $answer->{number}, $first->{number}, 'in the ticket';
	is $answer->{due}, undef, 'nothing is due after it';
	my $ticket = $cli->ticket($first->{number});
	is $ticket->{state}, 'pending', 'the customer\'s turn';
	is $ticket->{agent}, JAN, 'who answered';
	my $response = $ticket->{targets}{'first-response'};
	is $response->{met_at}, '2026-11-24T09:00:00+01:00', 'met then';
	ok $response->{met}, 'in time';
	is $ticket->{messages}[1]{direction}, 'out', 'it went out';

	$cli->at('2026-11-24 11:00:00');
	answer($cli, 'Message-ID' => '<second@acme.example>');
	is first_response($cli, $first->{number})->{met_at},
		'2026-11-24T09:00:00+01:00', 'a second answer changes nothing';

	$cli->at('2026-11-25 16:00:00');
	my $next = $cli->take(From => AN, Subject => 'Re: Factuur',
		'In-Reply-To' => '<answer@acme.example>');
	is $next->{due}, '2026-11-26T17:30:00+01:00', 'the next response is due';
	$ticket = $cli->ticket($first->{number});
	is $ticket->{state}, 'open', 'our turn again';
	is $ticket->{targets}{'next-response'}{due}, '2026-11-26T17:30:00+01:00', 'next-response';

	$cli->at('2026-11-27 08:30:00');
	answer($cli, 'Message-ID' => '<late@acme.example>');
	$ticket = $cli->ticket($first->{number});
	is $ticket->{targets}{'next-response'}{met_at}, '2026-11-27T08:30:00+01:00', 'met';
	is $ticket->{targets}{'next-response'}{met}, JSON::PP::false, 'but too late';
	is $ticket->{targets}{'first-response'}{met}, JSON::PP::true, 'the first stays met';
};

subtest 'an answer at the due instant is in time, a second later is not' => sub {
	for my $case (['17:29:58', JSON::PP::true], ['17:30:01', JSON::PP::false]) {
		my $cli = Loket::Cli->new;
		my $first = open_ticket($cli);
		$cli->at("2026-11-24 $case->[0]");
		answer($cli);
		is first_response($cli, $first->{number})->{met}, $case->[1], $case->[0];
	}
};

subtest 'a robot\'s mail without a thread makes a ticket without clock and acknowledgement' => sub {
	my $cli = Loket::Cli->new;
	my $got = $cli->take(From => AN, Subject => 'Bestelling 12 verzonden',
		'Auto-Submitted' => 'auto-generated', 'Message-ID' => '<r@klant.example>');
	is $got->{role}, 'robot', 'role';
	ok $got->{created}, 'a ticket';
	is $got->{due}, undef, 'nothing is due';
	is_deeply $cli->ticket($got->{number})->{targets}, {}, 'no clock';
	is_deeply [$cli->acked], [], 'no acknowledgement';
	is_deeply [edits_of($got, 'Loket-Due')], [], 'no due header';
	is_deeply [edits_of($got, 'Loket-Ticket')], ["add Loket-Ticket: $got->{number}"],
		'but a number';

	my $human = $cli->take(From => AN, Subject => 'Re: Bestelling 12',
		'In-Reply-To' => '<r@klant.example>');
	is $human->{number}, $got->{number}, 'a human writes in its thread';
	is $human->{due}, '2026-11-24T17:30:00+01:00', 'then a clock starts';
};

subtest 'a robot\'s mail in a thread joins and changes nothing' => sub {
	my $cli = Loket::Cli->new;
	my $first = open_ticket($cli);
	answer($cli);
	my $got = $cli->take(From => AN, Subject => 'Automatisch antwoord: Factuur',
		'Auto-Submitted' => 'auto-replied', 'In-Reply-To' => '<answer@acme.example>');
	is $got->{number}, $first->{number}, 'joins';
	is $got->{role}, 'robot', 'role';
	my $ticket = $cli->ticket($first->{number});
	is $ticket->{state}, 'pending', 'the state stays';
	ok !exists $ticket->{targets}{'next-response'}, 'no clock starts';
	is_deeply [$cli->acked], [AN], 'nothing is acknowledged';
};

subtest 'an agent\'s own out-of-office meets nothing' => sub {
	my $cli = Loket::Cli->new;
	my $first = open_ticket($cli);
	my $got = answer($cli, Subject => 'Afwezig: Factuur', 'Auto-Submitted' => 'auto-replied');
	isnt $got->{role}, 'agent', 'no agent speaks';
	is first_response($cli, $first->{number})->{met_at}, undef, 'the target still runs';
	is $cli->ticket($first->{number})->{state}, 'open', 'the state stays';
};

subtest 'a bounce of an answer takes the answer back' => sub {
	my %rcpt = (desk => DESK, 'another desk' => 'sales@acme.example', agent => JAN);
	for my $where (sort keys %rcpt) {
		my $cli = Loket::Cli->new;
		my $first = open_ticket($cli);
		answer($cli);
		my $got = $cli->take_bounce('<answer@acme.example>',
			rcpt => [$rcpt{$where}]);
		is $got->{role}, 'bounce', "$where: role";
		is $got->{number}, $first->{number}, "$where: matched by the returned mail";
		my $ticket = $cli->ticket($first->{number});
		ok $ticket->{undeliverable}, "$where: flagged undeliverable";
		is $ticket->{targets}{'first-response'}{met_at}, undef, "$where: not met by it";
		is $ticket->{targets}{'first-response'}{due}, '2026-11-24T17:30:00+01:00',
			"$where: due as before";
		is $ticket->{messages}[-1]{role}, 'bounce', "$where: it adds itself";
		is_deeply [$cli->acked], [AN], "$where: no acknowledgement of it";
	}
};

subtest 'a bounce of our acknowledgement is matched by its keyed Message-ID' => sub {
	my $cli = Loket::Cli->new;
	my $first = open_ticket($cli);
	my $answer = answer($cli);
	my ($reference) = map { /(<[^<>]+>)$/ } edits_of($answer, 'References');
	ok $reference, 'an answer carries our id' or return;
	my $got = $cli->take_bounce($reference);
	is $got->{number}, $first->{number}, 'joins';
	ok $cli->ticket($first->{number})->{undeliverable}, 'flagged';
};

subtest 'a delayed bounce marks nothing' => sub {
	my $cli = Loket::Cli->new;
	my $first = open_ticket($cli);
	answer($cli);
	my $got = $cli->take_bounce('<answer@acme.example>', action => 'delayed', status => '4.4.1');
	is $got->{number}, $first->{number}, 'joins';
	my $ticket = $cli->ticket($first->{number});
	ok !$ticket->{undeliverable}, 'not undeliverable';
	ok $ticket->{targets}{'first-response'}{met}, 'still met';
	is $ticket->{state}, 'pending', 'the state stays';
};

subtest 'a report of success joins the thread, is no bounce and opens nothing' => sub {
	my $cli = Loket::Cli->new;
	my $first = open_ticket($cli);
	my $answer = answer($cli);
	my ($reference) = map { /(<[^<>]+>)$/ } edits_of($answer, 'References');
	my $before = $cli->ticket($first->{number});
	for my $id ('<answer@acme.example>', $reference) {
		for my $action (qw(delivered relayed expanded)) {
			my $got = $cli->take_bounce($id, action => $action, status => '2.0.0');
			is $got->{role}, 'robot', "$action: role";
			is $got->{number}, $first->{number}, "$action: joins";
			is $got->{created}, JSON::PP::false, "$action: opens nothing";
		}
	}
	my $ticket = $cli->ticket($first->{number});
	ok !$ticket->{undeliverable}, 'not undeliverable';
	is_deeply $ticket->{targets}, $before->{targets}, 'the clocks stand as they stood';
	is $ticket->{state}, $before->{state}, 'so does the state';
	is_deeply [map { $_->{number} } $cli->tickets], [$first->{number}], 'one ticket';
};

subtest 'a bounce of something unknown is stored without a ticket' => sub {
	my $cli = Loket::Cli->new;
	my $got = $cli->take_bounce('<unknown@acme.example>');
	is $got->{role}, 'bounce', 'role';
	is $got->{number}, undef, 'no number';
	is $got->{tag}, undef, 'no tag';
	is_deeply [$cli->tickets], [], 'no ticket';
	is_deeply [$cli->outbox], [], 'no acknowledgement';
	my @stored = $cli->tickets('--role', 'bounce');
	is scalar @stored, 1, 'but stored';
};

subtest 'a bounce is not matched by what anybody can write' => sub {
	my $cli = Loket::Cli->new;
	my $first = open_ticket($cli);
	answer($cli);
	my $bytes = compose_bounce('<unknown@acme.example>');
	$bytes =~ s/^Subject: .*$/Subject: Undeliverable: $first->{tag} Factuur/m;
	$bytes =~ s/^(MIME-Version)/In-Reply-To: <answer\@acme.example>\n$1/m;
	my $got = $cli->take_bytes($bytes, from => '');
	is $got->{number}, undef, 'neither by tag nor by its own In-Reply-To';
	ok !$cli->ticket($first->{number})->{undeliverable}, 'nothing is marked';
};

subtest 'spam by the verdict of the mail server is stored without a ticket' => sub {
	my $cli = Loket::Cli->new;
	my $got = $cli->take(From => AN, Subject => 'Win', 'X-Spam-Flag' => 'YES');
	is $got->{role}, 'spam', 'role';
	is $got->{number}, undef, 'no number';
	ok !$got->{created}, 'nothing created';
	is_deeply [$cli->tickets('--state', 'all')], [], 'no ticket';
	is_deeply [$cli->outbox], [], 'no acknowledgement';
	my ($spam, @more) = $cli->tickets('--role', 'spam');
	is scalar @more, 0, 'one in the list of spam';
	is $spam->{number}, undef, 'without a number';
	is $spam->{subject}, 'Win', 'with its subject';
	is $spam->{customer}, AN, 'with its sender';
};

subtest 'our own mail coming back is let go' => sub {
	my $cli = Loket::Cli->new;
	my $first = open_ticket($cli);
	my $answer = answer($cli);
	my ($ours) = map { /(<[^<>]+>)$/ } edits_of($answer, 'References');
	my $got = $cli->take(From => DESK, from => '', Subject => "$first->{tag} Ontvangen",
		'Message-ID' => $ours, 'Auto-Submitted' => 'auto-replied');
	is $got->{role}, 'echo', 'role';
	is $got->{number}, undef, 'no ticket';
	is scalar $cli->ticket($first->{number})->{messages}->@*, 2, 'nothing is added';
	is scalar $cli->tickets, 1, 'nothing is made';
};

subtest 'an agent who asks the desk is a customer' => sub {
	my %beside = ('the desk alone' => [DESK], 'its team' => [DESK, 'support-team@acme.example'],
		'a colleague' => [DESK, 'els@acme.example'],
		'a team' => [DESK, 'tweedelijn@acme.example']);
	for my $who (sort keys %beside) {
		my $cli = Loket::Cli->new;
		my $got = $cli->take(From => JAN, login => 'jan', Subject => 'Printer',
			rcpt => $beside{$who});
		ok $got->{created}, "$who: a ticket";
		my $ticket = $cli->ticket($got->{number});
		is $ticket->{customer}, JAN, "$who: he is the customer";
		is $ticket->{state}, 'open', "$who: our turn";
		is $got->{due}, '2026-11-24T17:30:00+01:00', "$who: the clock starts";
		is_deeply [$cli->acked], [JAN], "$who: acknowledged by policy";
	}
};

subtest 'an agent who writes a customer with the desk opens a ticket for him' => sub {
	my $cli = Loket::Cli->new;
	my $got = $cli->take(From => JAN, login => 'jan', Subject => 'Offerte',
		rcpt => [DESK, 'els@acme.example', 'bo@klant.example', 'cy@ander.example'],
		'Message-ID' => '<offer@acme.example>');
	ok $got->{created}, 'a ticket';
	is $got->{due}, undef, 'no clock until he writes';
	my $ticket = $cli->ticket($got->{number});
	is $ticket->{customer}, 'bo@klant.example', 'the first outside recipient is the customer';
	is $ticket->{state}, 'pending', 'his turn';
	is_deeply $ticket->{targets}, {}, 'no target';
	is $ticket->{messages}[0]{direction}, 'out', 'it goes out';
	is_deeply [$cli->outbox], [], 'no acknowledgement';

	my $reply = $cli->take(From => 'bo@klant.example', Subject => 'Re: Offerte',
		'In-Reply-To' => '<offer@acme.example>');
	is $reply->{number}, $got->{number}, 'his mail joins';
	is $reply->{due}, '2026-11-24T17:30:00+01:00', 'and starts a clock';
	is $cli->ticket($got->{number})->{state}, 'open', 'our turn';
	is_deeply [$cli->acked], [], 'no acknowledgement in a thread';
};

subtest 'a mail for no desk, team or agent is none of ours' => sub {
	my $cli = Loket::Cli->new;
	my $got = $cli->take(From => AN, Subject => 'Hoi', rcpt => ['iemand@acme.example']);
	is $got->{role}, 'unrelated', 'role';
	is $got->{number}, undef, 'no number';
	is_deeply $got->{edits}, [], 'no edit';
	is_deeply [$cli->tickets('--state', 'all')], [], 'nothing is stored';
};

subtest 'every address of a desk is the desk, in any case and with an extension' => sub {
	for my $address ('help@acme.example', 'Support@ACME.example', 'support+x@acme.example') {
		my $cli = Loket::Cli->new;
		my $got = $cli->take(From => AN, Subject => 'Hoi', rcpt => [$address]);
		ok $got->{created}, $address;
	}
};

subtest 'several desks in one transaction get one ticket, at the first' => sub {
	my $cli = Loket::Cli->new;
	my $got = $cli->take(From => AN, Subject => 'Hoi', rcpt => ['sales@acme.example', DESK]);
	is $got->{tag}, "[SALES #$got->{number}]", 'the first desk\'s tag';
	is scalar $cli->tickets, 1, 'one ticket';
	is_deeply [$cli->acked], [AN], 'one acknowledgement';
};

subtest 'malformed mail is stored and numbered with a warning' => sub {
	my %mail = (empty => '', binary => join('', map { chr } 0 .. 255) x 20,
		'no blank line' => "Subject: x\nFrom: an\@klant.example\nfoo",
		'open boundary' => "From: an\@klant.example\nMIME-Version: 1.0\n"
			. "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nHoi\n");
	for my $name (sort keys %mail) {
		my $cli = Loket::Cli->new;
		my $run = $cli->bring($mail{$name}, from => AN);
		is $run->{exit}, 0, "$name: taken" or diag $run->{err};
		my $got = eval { JSON::PP->new->utf8->decode($run->{out}) } or next;
		ok $got->{number}, "$name: numbered";
		my @events = $cli->ticket($got->{number})->{events}->@*;
		ok scalar(grep { $_->{what} eq 'warning' } @events), "$name: a warning";
	}
};

done_testing;
