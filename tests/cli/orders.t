#!/usr/bin/perl
#
# Orders about a ticket, and what people's mails do to its clocks: each instant
# worked out by hand. 23 November 2026 is a Monday; open is 8:00 to 17:30.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

use Loket::Cli qw(bytes_of);

use constant { EX_USAGE => 64, EX_DATAERR => 65 };
use constant DESK => 'support@acme.example';
use constant AN => 'an@klant.example';
use constant JAN => 'jan@acme.example';

my $TYPES = <<'END';
type "complaint" { subject = 'klacht' plan = "5 working days" }
type "incident" { subject = 'storing' resolution = "24 hours" resolution-aim = "1 hour" }
type "repair" { subject = 'reparatie' resolution = "16 working hours" }
END

sub site {
	return Loket::Cli->new(desk => $TYPES);
}

# A customer's mail at an instant makes a ticket; its number.
sub asked($cli, $at, $subject = 'Vraag') {
	return $cli->at($at)->take(From => AN, Subject => $subject,
		'Message-ID' => '<first@klant.example>')->{number};
}

sub writes_again($cli, $at, @fields) {
	return $cli->at($at)->take(From => AN, Subject => 'Re: iets', 'In-Reply-To' => '<first@klant.example>', @fields);
}

sub answers($cli, $at, @fields) {
	return $cli->at($at)->take(From => JAN, login => 'jan', To => AN, rcpt => [AN], Subject => 'Re: iets',
		'In-Reply-To' => '<first@klant.example>', @fields);
}

sub orders($cli, $at, @order) {
	my $run = $cli->at($at)->run(@order);
	is $run->{exit}, 0, "@order" or diag $run->{err};
	like $run->{out}, qr/^$order[1]: [^\n]+\n\z/, "@order: told in a line";
	return $run;
}

# A ticket's instants without their seconds.
sub minute($instant) {
	return defined $instant ? $instant =~ s/:\d\d([+-]\d\d:\d\d)\z/$1/r : undef;
}

# Of a target: due, due_now, when it was met, and whether ("" for false).
sub target($cli, $number, $kind) {
	my $target = $cli->ticket($number)->{targets}{$kind} or return;
	return [map({ minute($target->{$_}) } qw(due due_now met_at)),
		defined $target->{met} ? $target->{met} ? 1 : '' : undef];
}

sub state_of($cli, $number) {
	return $cli->ticket($number)->{state};
}

# An order that is refused says why and changes nothing.
sub is_refused($cli, $why, $exit, $number, @order) {
	my $before = $cli->ticket($number);
	my $run = $cli->run(@order);
	is $run->{exit}, $exit, "@order: exit";
	is $run->{out}, '', "@order: nothing on stdout";
	like $run->{err}, $why, "@order: why";
	is_deeply $cli->ticket($number), $before, "@order: nothing has changed";
}

subtest 'answered meets the response that runs' => sub {
	my $cli = site();
	my $number = asked($cli, '2026-11-23 10:00:00');
	orders($cli, '2026-11-23 11:00:00', 'answered', $number);
	is_deeply target($cli, $number, 'first-response'),
		['2026-11-24T17:30+01:00', '2026-11-24T17:30+01:00', '2026-11-23T11:00+01:00', 1], 'the first';
	is state_of($cli, $number), 'pending', 'the customer\'s turn';
	is $cli->ticket($number)->{due}, undef, 'nothing is due';

	writes_again($cli, '2026-11-24 09:00:00');
	is state_of($cli, $number), 'open', 'our turn';
	orders($cli, '2026-11-26 09:00:00', 'answered', $number);
	is_deeply target($cli, $number, 'next-response'),
		['2026-11-25T17:30+01:00', '2026-11-25T17:30+01:00', '2026-11-26T09:00+01:00', ''], 'the next, late';
	is((target($cli, $number, 'first-response'))->[2], '2026-11-23T11:00+01:00', 'and the first stands');

	orders($cli, '2026-11-27 09:00:00', 'answered', $number);
	is((target($cli, $number, 'next-response'))->[2], '2026-11-26T09:00+01:00', 'once more changes nothing');
	my @events = grep { $_->{what} eq 'answered' } $cli->ticket($number)->{events}->@*;
	is scalar @events, 3, 'each is an event';
};

subtest 'done ends a response outside the norm' => sub {
	for my $at ('2026-11-23 11:00:00', '2026-11-26 11:00:00') {
		my $cli = site();
		my $number = asked($cli, '2026-11-23 10:00:00');
		orders($cli, $at, 'done', $number);
		is_deeply target($cli, $number, 'first-response'),
			['2026-11-24T17:30+01:00', '2026-11-24T17:30+01:00', undef, undef], "$at: neither met nor missed";
		is state_of($cli, $number), 'pending', 'the customer\'s turn';
		is $cli->ticket($number)->{due}, undef, 'nothing is due';
		is $cli->ticket($number)->{flag}, 'none', 'nothing is overdue';
		writes_again($cli, '2026-11-27 10:00:00');
		is_deeply target($cli, $number, 'next-response'),
			['2026-11-30T17:30+01:00', '2026-11-30T17:30+01:00', undef, undef], 'his next mail starts the next';
	}
};

subtest 'done leaves plan and resolution alone' => sub {
	for my $case (['klacht', 'plan', '2026-11-30T17:30+01:00'], ['storing', 'resolution', '2026-11-24T10:00+01:00']) {
		my ($subject, $kind, $due) = @$case;
		my $cli = site();
		my $number = asked($cli, '2026-11-23 10:00:00', $subject);
		orders($cli, '2026-11-23 10:05:00', 'done', $number);
		is minute($cli->ticket($number)->{due}), $due, "$kind is due";
	}
};

subtest 'a customer\'s mail keeps the start of what runs' => sub {
	my $cli = site();
	my $number = asked($cli, '2026-11-23 10:00:00');
	writes_again($cli, '2026-11-24 10:00:00');
	is((target($cli, $number, 'first-response'))->[0], '2026-11-24T17:30+01:00', 'due stays');
	is target($cli, $number, 'next-response'), undef, 'no second clock';
	answers($cli, '2026-11-24 11:00:00');
	is_deeply target($cli, $number, 'first-response'),
		['2026-11-24T17:30+01:00', '2026-11-24T17:30+01:00', '2026-11-24T11:00+01:00', 1], 'an answer meets it';
};

subtest 'wait pauses the resolution until the customer writes' => sub {
	my $cli = site();
	my $number = asked($cli, '2026-11-23 10:00:00', 'storing');
	my $response = ['2026-11-24T17:30+01:00', '2026-11-24T17:30+01:00', undef, undef];
	my $due = '2026-11-24T10:00+01:00';
	orders($cli, '2026-11-23 12:00:00', 'wait', $number);
	is state_of($cli, $number), 'pending', 'his turn';
	is_deeply target($cli, $number, 'resolution'), [$due, $due, undef, undef], 'due stays';
	is_deeply target($cli, $number, 'first-response'), $response, 'the response runs on';
	is minute($cli->ticket($number)->{due}), $response->[0], 'and is what is due';

	$cli->at('2026-11-24 10:30:00');
	is_deeply target($cli, $number, 'resolution'), [$due, $due, undef, undef], 'what waits is not missed';
	is $cli->ticket($number)->{flag}, 'none', 'nor overdue';

	# the response is near from 13:30 on
	writes_again($cli, '2026-11-24 13:00:00');
	is state_of($cli, $number), 'open', 'his mail ends it';
	is_deeply target($cli, $number, 'resolution'), [$due, '2026-11-25T11:00+01:00', undef, undef],
		'25 hours of pause are added, due stays';
	is_deeply target($cli, $number, 'first-response'), $response, 'the response has not moved';
	$cli->at('2026-11-25 11:00:30');
	is((target($cli, $number, 'resolution'))->[3], '', 'past due_now it is missed');
};

subtest 'wait until a date moves due_now by the open time of the pause' => sub {
	my $cli = site();
	my $number = asked($cli, '2026-11-23 10:00:00', 'reparatie');
	# 7½ hours on Monday, 8½ on Tuesday
	my $due = '2026-11-24T16:30+01:00';
	is_deeply target($cli, $number, 'resolution'), [$due, $due, undef, undef], 'two hours are worked';
	orders($cli, '2026-11-23 12:00:00', 'wait', $number, '2026-11-25');
	# from Wednesday's opening 14 hours are left: 9½ and 4½
	is_deeply target($cli, $number, 'resolution'), [$due, '2026-11-26T12:30+01:00', undef, undef],
		'from the opening of that day on';
	is_deeply target($cli, $number, 'first-response'),
		['2026-11-24T17:30+01:00', '2026-11-24T17:30+01:00', undef, undef], 'the response runs on';

	# a robot's mail is not the customer's
	writes_again($cli, '2026-11-23 16:00:00', 'Auto-Submitted' => 'auto-replied', 'Message-ID' => '<r@klant.example>');
	is((target($cli, $number, 'resolution'))->[1], '2026-11-26T12:30+01:00', 'a robot ends no pause');
	# from Tuesday 9:00 on 14 hours: 8½ and 5½
	writes_again($cli, '2026-11-24 09:00:00');
	is_deeply target($cli, $number, 'resolution'), [$due, '2026-11-25T13:30+01:00', undef, undef],
		'his mail ends it before its time';
	# Wednesday 8:00 until 10:00
	orders($cli, '2026-11-25 08:00:00', 'wait', $number);
	writes_again($cli, '2026-11-25 10:00:00');
	is_deeply target($cli, $number, 'resolution'), [$due, '2026-11-25T15:30+01:00', undef, undef],
		'a second pause adds to the first';
};

subtest 'a pause counts no time that is closed' => sub {
	my $cli = site();
	my $number = asked($cli, '2026-12-24 16:30:00', 'reparatie');
	# an hour on Thursday, then Christmas and Sunday: 9½ on Monday, 5½ on Tuesday
	my $due = '2026-12-29T13:30+01:00';
	is_deeply target($cli, $number, 'resolution'), [$due, $due, undef, undef], 'before';
	orders($cli, '2026-12-24 17:30:00', 'wait', $number);
	writes_again($cli, '2026-12-28 08:00:00');
	is_deeply target($cli, $number, 'resolution'), [$due, $due, undef, undef], 'Christmas is no pause';
};

subtest 'a wait that cannot be meant is refused' => sub {
	my $cli = site();
	my $number = asked($cli, '2026-11-23 10:00:00', 'reparatie');
	is_refused($cli, qr/2026-11-20.*past/, EX_DATAERR, $number, 'wait', $number, '2026-11-20');
	is_refused($cli, qr/2026-11-23.*past/, EX_DATAERR, $number, 'wait', $number, '2026-11-23');
	is_refused($cli, qr/2026-02-30/, EX_DATAERR, $number, 'wait', $number, '2026-02-30');
	is_refused($cli, qr/morgen/, EX_DATAERR, $number, 'wait', $number, 'morgen');
};

subtest 'close after an answer meets the resolution' => sub {
	my $due = '2026-11-24T10:00+01:00';
	my %answer = (
		'by mail' => sub ($cli, $number) { answers($cli, '2026-11-23 12:00:00') },
		'by other means' => sub ($cli, $number) { orders($cli, '2026-11-23 12:00:00', 'answered', $number) },
	);
	my %at = ('2026-11-23 14:00:00' => ['2026-11-23T14:00+01:00', 1], '2026-11-24 10:00:01' => ['2026-11-24T10:00+01:00', '']);
	for my $how (sort keys %answer) {
		for my $at (sort keys %at) {
			my $cli = site();
			my $number = asked($cli, '2026-11-23 10:00:00', 'storing');
			$answer{$how}->($cli, $number);
			is_deeply target($cli, $number, 'resolution'), [$due, $due, undef, undef], "$how: an answer is no end";
			my $run = orders($cli, $at, 'close', $number);
			is $run->{out}, "$number: closed\n", "$how: said plainly";
			is_deeply target($cli, $number, 'resolution'), [$due, $due, $at{$at}->@*], "$how, $at: met by closing";
			is state_of($cli, $number), 'closed', "$how: closed";
			is $cli->ticket($number)->{due}, undef, "$how: nothing is due";
			is scalar(grep { $_->{what} eq 'close' } $cli->ticket($number)->{events}->@*), 1, "$how: an event";
		}
	}
};

subtest 'close without an answer counts for nothing' => sub {
	my %unanswered = (
		'never answered' => sub ($cli, $number) { },
		'nothing to answer' => sub ($cli, $number) { orders($cli, '2026-11-23 11:00:00', 'done', $number) },
		'asked again since' => sub ($cli, $number) {
			answers($cli, '2026-11-23 11:00:00');
			writes_again($cli, '2026-11-23 12:00:00');
		},
		'an automatic reply' => sub ($cli, $number) { answers($cli, '2026-11-23 11:00:00', 'Auto-Submitted' => 'auto-replied') },
	);
	for my $how (sort keys %unanswered) {
		my $cli = site();
		my $number = asked($cli, '2026-11-23 10:00:00', 'storing');
		$unanswered{$how}->($cli, $number);
		my $run = orders($cli, '2026-11-23 14:00:00', 'close', $number);
		like $run->{out}, qr/no answer/, "$how: it says so";
		is((target($cli, $number, 'resolution'))->[2], undef, "$how: the resolution is not met");
		is((target($cli, $number, 'resolution'))->[3], undef, "$how: nor missed");
		$cli->at('2026-11-30 14:00:00');
		is $cli->ticket($number)->{flag}, 'none', "$how: nor overdue later";
		is_deeply [$cli->tickets], [], "$how: it is off the list";
	}
};

subtest 'a closed ticket takes no more orders' => sub {
	my $cli = site();
	my $number = asked($cli, '2026-11-23 10:00:00', 'klacht');
	orders($cli, '2026-11-23 11:00:00', 'answered', $number);
	orders($cli, '2026-11-23 12:00:00', 'close', $number);
	$cli->at('2026-11-23 13:00:00');
	is_refused($cli, qr/ticket $number is closed/, EX_DATAERR, $number, @$_)
		for ['close', $number], ['answered', $number], ['done', $number], ['wait', $number],
			['wait', $number, '2026-12-01'], ['promise', $number, '2026-12-01'];
	is_refused($cli, qr/\S/, EX_USAGE, $number, @$_) for ['close'], ['close', $number, 'x', 'y'];
};

subtest 'a promise ends at closing' => sub {
	my %promise = ('2026-12-01' => '2026-12-01T17:30+01:00', '2026-11-23' => '2026-11-23T17:30+01:00',
		'3wd' => '2026-11-26T17:30+01:00', '1 working day' => '2026-11-24T17:30+01:00',
		'24wd' => '2026-12-28T17:30+01:00', '2027-04-26' => '2027-04-26T17:30+02:00');
	for my $word (sort keys %promise) {
		my $cli = site();
		my $number = asked($cli, '2026-11-23 10:00:00');
		my $run = orders($cli, '2026-11-23 11:00:00', 'promise', $number, $word);
		is minute($cli->ticket($number)->{promise}), $promise{$word}, $word;
		like minute($run->{out} =~ s/\n//r), qr/\Q$promise{$word}\E/, "$word: and says until when";
		is_deeply target($cli, $number, 'first-response'),
			['2026-11-24T17:30+01:00', '2026-11-24T17:30+01:00', undef, undef], "$word: it is no answer";
		is state_of($cli, $number), 'open', "$word: it is our turn still";
	}
	my $cli = site();
	my $number = asked($cli, '2026-11-23 10:00:00');
	orders($cli, '2026-11-23 11:00:00', 'promise', $number, $_) for '2026-12-01', '2026-12-04';
	is minute($cli->ticket($number)->{promise}), '2026-12-04T17:30+01:00', 'the last one counts';
	# Friday after closing: day 0 is Monday
	orders($cli, '2026-11-27 18:00:00', 'promise', $number, '1wd');
	is minute($cli->ticket($number)->{promise}), '2026-12-01T17:30+01:00', 'as a target';
};

subtest 'a promise ends at closing where targets end at the same time' => sub {
	my $cli = Loket::Cli->new(site => <<'END', desk => 'calendar = "same"');
calendar "same" { hours = { "mon-fri 08:00-17:30", "2026-11-25 08:00-12:00" } working-day = "same-time" }
END
	my $number = asked($cli, '2026-11-23 10:00:00');
	is minute($cli->ticket($number)->{due}), '2026-11-24T10:00+01:00', 'a target';
	orders($cli, '2026-11-23 10:00:00', 'promise', $number, '1wd');
	is minute($cli->ticket($number)->{promise}), '2026-11-24T17:30+01:00', 'a promise of days';
	orders($cli, '2026-11-23 10:00:00', 'promise', $number, '2026-11-25');
	is minute($cli->ticket($number)->{promise}), '2026-11-25T12:00+01:00', 'a day that closes early';
};

subtest 'a promise that cannot be kept is refused' => sub {
	my $cli = site();
	my $number = asked($cli, '2026-11-23 10:00:00', 'klacht');
	my %why = ('2026-12-25' => qr/2026-12-28/, '2026-11-28' => qr/2026-11-30/, '2027-04-27' => qr/2027-04-28/,
		'2027-03-29' => qr/2027-03-30/, '2026-11-20' => qr/past/, '2026-02-30' => qr/2026-02-30/,
		'spoedig' => qr/spoedig/, '' => qr/date/, '99999wh' => qr/ten years/, '9999-12-31' => qr/\S/);
	for my $word (sort keys %why) {
		is_refused($cli, $why{$word}, EX_DATAERR, $number, 'promise', $number, $word);
	}
	$cli->at('2026-11-23 17:30:00');
	is_refused($cli, qr/past/, EX_DATAERR, $number, 'promise', $number, '2026-11-23');
};

subtest 'a plan is met by an answer and a promise, whichever comes first' => sub {
	my $due = '2026-11-30T17:30+01:00';
	my $cli = site();
	my $number = asked($cli, '2026-11-23 10:00:00', 'Een klacht');
	is $cli->ticket($number)->{type}, 'complaint', 'a complaint';
	is $cli->ticket($number)->{targets}{plan}{target}, '5 working days', 'in five working days';
	answers($cli, '2026-11-24 10:00:00');
	is_deeply target($cli, $number, 'plan'), [$due, $due, undef, undef], 'an answer alone is none';
	orders($cli, '2026-11-25 10:00:00', 'promise', $number, '2026-12-04');
	is_deeply target($cli, $number, 'plan'), [$due, $due, '2026-11-25T10:00+01:00', 1], 'then a promise';

	$cli = site();
	$number = asked($cli, '2026-11-23 10:00:00', 'Een klacht');
	orders($cli, '2026-11-24 10:00:00', 'promise', $number, '2026-12-04');
	is_deeply target($cli, $number, 'plan'), [$due, $due, undef, undef], 'a promise alone is none';
	answers($cli, '2026-12-01 10:00:00');
	is_deeply target($cli, $number, 'plan'), [$due, $due, '2026-12-01T10:00+01:00', ''], 'then an answer, too late';

	$cli = site();
	$number = asked($cli, '2026-11-23 10:00:00', 'Een klacht');
	orders($cli, '2026-11-24 10:00:00', 'promise', $number, '3wd');
	orders($cli, '2026-11-24 10:01:00', 'answered', $number);
	is_deeply target($cli, $number, 'plan'), [$due, $due, '2026-11-24T10:01+01:00', 1], 'answered is an answer';

	$cli = site();
	$number = asked($cli, '2026-11-23 10:00:00', 'Een klacht');
	orders($cli, '2026-11-24 10:00:00', 'done', $number);
	orders($cli, '2026-11-24 10:01:00', 'promise', $number, '3wd');
	is_deeply target($cli, $number, 'plan'), [$due, $due, undef, undef], 'done is none';
};

subtest 'a robot and a note start and stop nothing' => sub {
	my $cli = site();
	my $number = asked($cli, '2026-11-23 10:00:00', 'Klacht over een storing');
	my $before = $cli->ticket($number);
	my @silent = (
		['a customer\'s out-of-office' => AN, [DESK], 'Auto-Submitted' => 'auto-replied'],
		['an agent\'s own' => JAN, [AN], login => 'jan', 'Auto-Submitted' => 'auto-replied'],
		['an internal note' => JAN, ['support-team@acme.example'], login => 'jan'],
		['a note to the desk' => JAN, [DESK], login => 'jan'],
	);
	my $serial = 0;
	for my $case (@silent) {
		my ($name, $from, $rcpt, @fields) = @$case;
		my $got = $cli->at('2026-11-23 11:00:00')->take(From => $from, rcpt => $rcpt, Subject => "Re: [ACME #$number] x",
			'In-Reply-To' => '<first@klant.example>', 'Message-ID' => '<' . ++$serial . '@x.example>', @fields);
		ok !$got->{created}, "$name makes no ticket";
		my $after = $cli->ticket($number);
		is_deeply [@$after{qw(targets state due promise)}], [@$before{qw(targets state due promise)}],
			"$name: clocks and state are the same";
	}
	orders($cli, '2026-11-23 12:00:00', 'answered', $number);
	$before = $cli->ticket($number);
	$cli->at('2026-11-23 13:00:00')->take(From => AN, Subject => "Re: [ACME #$number] x",
		'In-Reply-To' => '<first@klant.example>', 'Auto-Submitted' => 'auto-replied');
	is_deeply [@{ $cli->ticket($number) }{qw(targets state due)}], [@$before{qw(targets state due)}],
		'nor does a robot start the next';
};

subtest 'an incident has a resolution around the clock, and an aim' => sub {
	my $cli = site();
	my $number = asked($cli, '2026-11-28 03:00:00', 'Storing!');
	my $ticket = $cli->ticket($number);
	is $ticket->{type}, 'incident', 'an incident';
	is $ticket->{targets}{resolution}{target}, '24 hours', 'target';
	is minute($ticket->{targets}{resolution}{due}), '2026-11-29T03:00+01:00', 'due, on a Sunday';
	is minute($ticket->{targets}{resolution}{aim}), '2026-11-28T04:00+01:00', 'aim';
	is $ticket->{targets}{'first-response'}{aim}, undef, 'none for the response';
	is minute($ticket->{targets}{'first-response'}{due}), '2026-12-01T17:30+01:00', 'the response has its own time';
	answers($cli, '2026-11-28 03:30:00');
	is_deeply target($cli, $number, 'resolution'), [('2026-11-29T03:00+01:00') x 2, undef, undef],
		'an answer is no resolution';
};

subtest 'an acknowledgement promises the first response, not the resolution' => sub {
	for my $subject ('Storing!', 'Een klacht') {
		my $cli = site();
		asked($cli, '2026-11-27 10:00:00', $subject);
		my ($row) = $cli->outbox;
		like $row->{text}, qr/maandag 30 november om 17\.30 uur/, "$subject: the first response";
		unlike $row->{text}, qr/zaterdag|28 november|4 december/, "$subject: and nothing else";
	}
};

subtest 'a season is that of the local date of receipt' => sub {
	my $cli = Loket::Cli->new(site => <<'END', desk => <<'END');
calendar "east" { timezone = "Pacific/Auckland" season "druk" { from = "08-15" to = "09-30" } }
END
calendar = "east"
season "druk" { first-response = "3 working days" }
END
	# ten hours further; the 14th is a Friday, after closing there
	is $cli->ticket(asked($cli, '2026-08-14 13:59:00'))->{due}, '2026-08-18T17:00:00+12:00', 'still the 14th';
	is $cli->at('2026-08-14 14:00:00')->take(From => AN, Subject => 'x')->{due}, '2026-08-20T17:00:00+12:00', 'the 15th';
};

subtest 'what was promised stays when the configuration changes' => sub {
	my $cli = Loket::Cli->new(desk => $TYPES);
	my $number = asked($cli, '2026-11-23 10:00:00', 'reparatie na klacht');
	orders($cli, '2026-11-23 11:00:00', 'promise', $number, '2026-12-01');
	orders($cli, '2026-11-23 12:00:00', 'wait', $number, '2026-11-24');
	my $before = $cli->ticket($number);
	my $config = bytes_of($cli->dir . '/loket.conf');
	$config =~ s/08:00-17:30/12:00-13:00/;
	$config =~ s/"(5 working days|16 working hours)"/"1 working hour"/g;
	$config =~ s/(type "complaint")/first-response = "1 minute"\n$1/;
	$cli->write('loket.conf', $config);
	is_deeply [@{ $cli->ticket($number) }{qw(targets promise due)}], [@$before{qw(targets promise due)}], 'as it was';
	orders($cli, '2026-11-23 12:10:00', 'answered', $number);
	is_deeply target($cli, $number, 'first-response'),
		['2026-11-24T17:30+01:00', '2026-11-24T17:30+01:00', '2026-11-23T12:10+01:00', 1], 'and judged by it';
};

subtest 'wrong usage is exit 64, an unknown number 65' => sub {
	my $cli = site();
	is $cli->run('answered', '2600000014')->{exit}, EX_DATAERR, 'before there is a store';
	my $number = asked($cli, '2026-11-23 10:00:00');
	for my $order (['answered'], ['done'], ['promise'], ['wait'], ['promise', $number], ['answered', $number, 'x'],
		['done', $number, 'x'], ['wait', $number, '2026-12-01', 'x'], ['promise', $number, '3wd', 'x'],
		['done', '--nergens', $number]) {
		is_refused($cli, qr/\S/, EX_USAGE, $number, @$order);
	}
	for my $unknown ('2600000023', '2600000015', 'x', '', '-1') {
		is_refused($cli, qr/\S/, EX_DATAERR, $number, 'done', '--', $unknown);
		is_refused($cli, qr/\S/, EX_DATAERR, $number, 'promise', '--', $unknown, '3wd');
	}
};

done_testing;
