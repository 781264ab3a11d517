#!/usr/bin/perl
#
# loket explain: why the clocks of a ticket stand where they stand, each
# interval counted by hand. 23 November 2026 is a Monday; open is 8:00 to
# 17:30 but for the holidays of the Netherlands.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

use Loket::Cli;

use constant { EX_USAGE => 64, EX_DATAERR => 65 };
use constant { DESK => 'support@acme.example', AN => 'an@klant.example', JAN => 'jan@acme.example' };
# What a slow machine may need between two commands.
use constant SLACK_S => 30;

my $TYPES = <<'END';
type "complaint" { subject = 'klacht' plan = "5 working days" }
type "incident" { subject = 'storing' resolution = "24 hours" resolution-aim = "1 hour" }
type "repair" { subject = 'reparatie' resolution = "16 working hours" }
END

sub asked($cli, $at, $subject = 'Vraag') {
	return $cli->at($at)->take(From => AN, Subject => $subject,
		'Message-ID' => '<first@klant.example>')->{number};
}

sub orders($cli, $at, @order) {
	my $run = $cli->at($at)->run(@order);
	is $run->{exit}, 0, "@order" or diag $run->{err};
}

sub minute($instant) {
	return defined $instant ? $instant =~ s/:\d\d([+-]\d\d:\d\d)\z/$1/r : undef;
}

# The clock of a kind, as told at the instant.
sub clock($cli, $at, $number, $kind) {
	my $told = $cli->at($at)->value('explain', $number, '--json');
	my ($clock) = grep { $_->{kind} eq $kind } $told->{clocks}->@*;
	return $clock;
}

# From and to of each, to the minute.
sub intervals($clock) {
	return [map { [minute($_->{from}), minute($_->{to})] } $clock->{intervals}->@*];
}

sub closed($clock) {
	return [map { "$_->{date} $_->{name}" } $clock->{closed}->@*];
}

sub has_counted($clock, $hours, $name) {
	my $off_s = $clock->{open_seconds} - 3600 * $hours;
	cmp_ok abs $off_s, '<', SLACK_S, "$name: $hours hours have counted" or diag "off by $off_s s";
}

sub text($cli, $at, $number) {
	my $run = $cli->at($at)->run('explain', $number);
	is $run->{exit}, 0, 'explain' or diag $run->{err};
	return $run->{out};
}

subtest 'over Christmas each interval and each closed day is told' => sub {
	my $cli = Loket::Cli->new;
	my $number = asked($cli, '2026-12-24 12:00:00');
	my $clock = clock($cli, '2026-12-28 10:00:00', $number, 'first-response');
	is $clock->{target}, '1 working day', 'target';
	is minute($clock->{started}), '2026-12-24T12:00+01:00', 'started';
	is $clock->{due}, '2026-12-28T17:30:00+01:00', 'due';
	is $clock->{outcome}, 'running', 'outcome';
	is_deeply intervals($clock), [['2026-12-24T12:00+01:00', '2026-12-24T17:30+01:00'],
		['2026-12-28T08:00+01:00', '2026-12-28T17:30+01:00']], 'what counts until due';
	is_deeply closed($clock), ['2026-12-25 Eerste kerstdag', '2026-12-26 Tweede kerstdag'], 'what is closed';
	has_counted($clock, 5.5 + 2, 'until now');

	my $text = text($cli, '2026-12-28 10:00:00', $number);
	like $text, qr/^$number\b.*office/, 'the text names ticket and calendar';
	like $text, qr/first-response: 1 working day, running$/m, 'target and outcome';
	like $text, qr/due +2026-12-28 17:30:00$/m, 'due';
	like $text, qr/open +2026-12-24 +12:00:\d\d to 17:30:00 .*\n +closed +2026-12-25 +Eerste kerstdag\n +closed +2026-12-26 +Tweede kerstdag\n +open +2026-12-28 +08:00:00 to 17:30:00 +9:30$/m,
		'intervals and closed days in their order';
};

subtest 'met, late, missed, or outside the norm' => sub {
	my @cases = (['met', 'answered', '2026-11-24 17:29:00', 7.5 + 9.5],
		['met late', 'answered', '2026-11-25 09:00:00', 7.5 + 9.5 + 1],
		['ended outside the norm', 'done', '2026-11-23 12:00:00', 2]);
	for my $case (@cases) {
		my ($outcome, $order, $at, $hours) = @$case;
		my $cli = Loket::Cli->new;
		my $number = asked($cli, '2026-11-23 10:00:00');
		orders($cli, $at, $order, $number);
		my $clock = clock($cli, '2026-11-27 10:00:00', $number, 'first-response');
		is $clock->{outcome}, $outcome, $outcome;
		is minute($clock->{ended_at}), minute($at =~ s/ /T/r . '+01:00'), "$outcome: when";
		is defined $clock->{met_at}, $order eq 'answered', "$outcome: met at";
		cmp_ok abs($clock->{open_seconds} - 3600 * $hours), '<', 2 * SLACK_S + 60, "$outcome: until then it counted";
		like text($cli, '2026-11-27 10:00:00', $number), qr/first-response: 1 working day, $outcome$/m, 'in the text';
	}
	my $cli = Loket::Cli->new;
	my $number = asked($cli, '2026-11-23 10:00:00');
	my $clock = clock($cli, '2026-11-25 10:00:00', $number, 'first-response');
	is $clock->{outcome}, 'missed', 'missed';
	is intervals($clock)->[-1][0], '2026-11-25T08:00+01:00', 'what is missed counts on';
	has_counted($clock, 7.5 + 9.5 + 2, 'missed');
	like text($cli, '2026-11-25 10:00:00', $number), qr/first-response: 1 working day, missed$/m, 'in the text';
	$clock = clock($cli, '2026-12-25 10:00:00', $number, 'first-response');
	is_deeply closed($clock), ['2026-12-25 Eerste kerstdag'], 'and today\'s holiday is told';
};

subtest 'an answer by mail is named' => sub {
	my $cli = Loket::Cli->new;
	my $number = asked($cli, '2026-11-23 10:00:00');
	$cli->at('2026-11-23 11:00:00')->take(From => JAN, login => 'jan', To => AN, rcpt => [AN], Subject => 'Re: Vraag',
		'In-Reply-To' => '<first@klant.example>', 'Message-ID' => '<answer@acme.example>');
	my $clock = clock($cli, '2026-11-23 12:00:00', $number, 'first-response');
	is $clock->{met_by}, 'answer@acme.example', 'met by';
	is minute($clock->{met_at}), '2026-11-23T11:00+01:00', 'met at';
};

subtest 'each pause, and why' => sub {
	my $cli = Loket::Cli->new(desk => $TYPES);
	my $number = asked($cli, '2026-11-23 10:00:00', 'reparatie');
	orders($cli, '2026-11-23 12:00:00', 'wait', $number, '2026-11-25');
	my $clock = clock($cli, '2026-11-25 09:00:00', $number, 'resolution');
	is minute($clock->{due}), '2026-11-24T16:30+01:00', 'due as promised';
	is minute($clock->{due_now}), '2026-11-26T12:30+01:00', 'due now';
	is_deeply intervals($clock), [['2026-11-23T10:00+01:00', '2026-11-23T12:00+01:00'],
		['2026-11-25T08:00+01:00', '2026-11-25T17:30+01:00'], ['2026-11-26T08:00+01:00', '2026-11-26T12:30+01:00']],
		'what the pause leaves';
	has_counted($clock, 3, 'until now');
	is_deeply intervals(clock($cli, '2026-11-23 13:00:00', $number, 'first-response')),
		[['2026-11-23T10:00+01:00', '2026-11-23T17:30+01:00'], ['2026-11-24T08:00+01:00', '2026-11-24T17:30+01:00']],
		'the response knows no pause';
	my $told = $cli->value('explain', $number, '--json');
	is scalar $told->{pauses}->@*, 1, 'one pause' or return;
	my $pause = $told->{pauses}[0];
	is_deeply [map { minute($pause->{$_}) } qw(from to)], ['2026-11-23T12:00+01:00', '2026-11-25T08:00+01:00'], 'from and to';
	like $pause->{why}, qr/customer/, 'why';
	my $text = text($cli, '2026-11-25 09:00:00', $number);
	like $text, qr/pause: 2026-11-23 12:00:\d\d until 2026-11-25 08:00:00, .*customer/, 'in the text';
	like $text, qr/due +2026-11-24 16:30:\d\d$/m, 'due';
	like $text, qr/due now +2026-11-26 12:30:\d\d$/m, 'and due now beside it';
};

subtest 'a pause without an end' => sub {
	my $cli = Loket::Cli->new(desk => $TYPES);
	my $number = asked($cli, '2026-11-23 10:00:00', 'reparatie');
	orders($cli, '2026-11-23 12:00:00', 'wait', $number);
	my $clock = clock($cli, '2026-11-26 09:00:00', $number, 'resolution');
	is_deeply intervals($clock), [['2026-11-23T10:00+01:00', '2026-11-23T12:00+01:00']], 'nothing counts since';
	has_counted($clock, 2, 'until now');
	is $clock->{outcome}, 'running', 'it is not missed';
	my $told = $cli->value('explain', $number, '--json');
	is_deeply [minute($told->{pauses}[0]{from}), $told->{pauses}[0]{to}], ['2026-11-23T12:00+01:00', undef], 'the pause';
	like text($cli, '2026-11-26 09:00:00', $number), qr/pause: 2026-11-23 12:00:\d\d until the customer writes/, 'in the text';
};

subtest 'hours around the clock count as they pass' => sub {
	my $cli = Loket::Cli->new(desk => $TYPES);
	my $number = asked($cli, '2026-12-24 22:00:00', 'storing');
	my $clock = clock($cli, '2026-12-25 04:00:00', $number, 'resolution');
	is_deeply intervals($clock), [['2026-12-24T22:00+01:00', '2026-12-25T22:00+01:00']], 'night and holiday';
	is_deeply closed($clock), [], 'no day is closed for it';
	is minute($clock->{aim}), '2026-12-24T23:00+01:00', 'the aim';
	has_counted($clock, 6, 'until now');
	my $text = text($cli, '2026-12-25 04:00:00', $number);
	like $text, qr/resolution: 24 hours, running\n/, 'in the text';
	like $text, qr/counted +2026-12-24 +22:00:\d\d to 2026-12-25 +22:00:\d\d +24:00$/m, 'with both dates';

	orders($cli, '2026-12-25 04:00:00', 'wait', $number, '2026-12-26');
	$clock = clock($cli, '2026-12-25 05:00:00', $number, 'resolution');
	# the 26th is not open: the pause ends at its midnight, 18 hours are left
	is_deeply intervals($clock), [['2026-12-24T22:00+01:00', '2026-12-25T04:00+01:00'],
		['2026-12-26T00:00+01:00', '2026-12-26T18:00+01:00']], 'but for the pause';
};

subtest 'days on which the clock changes' => sub {
	my $cli = Loket::Cli->new(site => 'calendar "always" { hours = { "mon-sun 00:00-24:00" } }',
		desk => 'calendar = "always" first-response = "24 working hours"');
	my $spring = asked($cli, '2026-03-28 12:00:00');
	is_deeply intervals(clock($cli, '2026-03-28 12:00:00', $spring, 'first-response')),
		[['2026-03-28T12:00+01:00', '2026-03-29T00:00+01:00'], ['2026-03-29T00:00+01:00', '2026-03-29T13:00+02:00']],
		'a day of 23 hours';
	has_counted(clock($cli, '2026-03-29 13:00:00', $spring, 'first-response'), 24, 'until due');
	my $autumn = $cli->at('2026-10-24 12:00:00')->take(From => AN, Subject => 'herfst')->{number};
	is_deeply intervals(clock($cli, '2026-10-24 12:00:00', $autumn, 'first-response')),
		[['2026-10-24T12:00+02:00', '2026-10-25T00:00+02:00'], ['2026-10-25T00:00+02:00', '2026-10-25T11:00+01:00']],
		'a day of 25 hours';
	like text($cli, '2026-10-25 11:00:00', $autumn), qr/open +2026-10-25 +00:00:00 to 11:00:\d\d +12:00$/m, 'in the text';
};

subtest 'what was promised' => sub {
	my $cli = Loket::Cli->new(desk => $TYPES);
	my $number = asked($cli, '2026-11-23 10:00:00', 'klacht');
	my $told = $cli->value('explain', $number, '--json');
	is $told->{promise}, undef, 'nothing';
	is_deeply [map { $_->{kind} } $told->{clocks}->@*], ['first-response', 'plan'], 'each target has a clock';
	orders($cli, '2026-11-23 11:00:00', 'promise', $number, '2026-12-01');
	is $cli->value('explain', $number, '--json')->{promise}, '2026-12-01T17:30:00+01:00', 'a date';
	like text($cli, '2026-11-23 12:00:00', $number), qr/promised +2026-12-01 17:30:00$/m, 'in the text';
	orders($cli, '2026-11-23 12:00:00', 'answered', $number);
	is clock($cli, '2026-11-23 13:00:00', $number, 'plan')->{outcome}, 'met', 'the plan is met';
	like text($cli, '2026-11-23 13:00:00', $number), qr/plan: .*, met\n(?: .*\n)* +met +2026-11-23 12:00:\d\d$/m, 'when, in the text';
};

subtest 'every response in a row' => sub {
	my $cli = Loket::Cli->new;
	my $number = asked($cli, '2026-11-23 10:00:00');
	for my $day (24, 25, 26) {
		orders($cli, "2026-11-$day 09:00:00", 'answered', $number);
		$cli->at("2026-11-$day 10:00:00")->take(From => AN, Subject => 'Re: x', 'In-Reply-To' => '<first@klant.example>');
	}
	my $told = $cli->value('explain', $number, '--json');
	is_deeply [map { "$_->{kind} $_->{outcome}" } $told->{clocks}->@*],
		['first-response met', 'next-response met', 'next-response met', 'next-response running'], 'oldest first';
};

subtest 'a ticket without a clock' => sub {
	my $cli = Loket::Cli->new;
	my $number = $cli->take(From => JAN, login => 'jan', Subject => 'Ter info', rcpt => [DESK, AN])->{number};
	my $told = $cli->value('explain', $number, '--json');
	is_deeply $told->{clocks}, [], 'none in the list';
	is_deeply $told->{pauses}, [], 'no pause';
	is $told->{calendar}, 'office', 'and every key';
	like text($cli, '2026-11-23 12:00:00', $number), qr/no clock/, 'said in the text';
};

subtest 'what cannot be explained' => sub {
	my $cli = Loket::Cli->new;
	is $cli->run('explain', '2600000014')->{exit}, EX_DATAERR, 'a store that is not there yet has no ticket';
	ok !-e $cli->dir . '/loket.db', 'and none is made by reading';
	asked($cli, '2026-11-23 10:00:00');
	for my $unknown ('2600000023', '2600000015', 'x', '') {
		my $run = $cli->run('explain', $unknown, '--json');
		is $run->{exit}, EX_DATAERR, "'$unknown': exit";
		is $run->{out}, '', "'$unknown': nothing on stdout";
		like $run->{err}, qr/^loket: .*\Q$unknown\E/, "'$unknown': says so";
	}
	is $cli->run('explain', @$_)->{exit}, EX_USAGE, "explain @$_" for [], ['2600000014', 'x'], ['--nergens', '2600000014'];
};

done_testing;
