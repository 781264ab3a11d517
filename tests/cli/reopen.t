#!/usr/bin/perl
#
# A closed ticket opens again while that is not too long ago; then his mail
# makes a new one, and what names the old leads to the new.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

use Loket::Cli qw(edits_of passed);

use constant DESK => 'support@acme.example';
use constant SALES => 'sales@acme.example';
use constant AN => 'an@klant.example';
use constant JAN => 'jan@acme.example';

my @PASSED = ('Authentication-Results' => passed('klant.example'));

# A ticket that was answered, and closed on Monday 23 November at 12:00.
sub closed($cli) {
	my $first = $cli->at('2026-11-23 10:00:00')->take(From => AN, Subject => 'Factuur',
		'Message-ID' => '<first@klant.example>');
	my $answer = $cli->at('2026-11-23 11:00:00')->take(From => JAN, login => 'jan', To => AN, rcpt => [AN],
		Subject => 'Re: Factuur', 'In-Reply-To' => '<first@klant.example>', 'Message-ID' => '<answer@acme.example>');
	my ($token) = map { /(<[^<>]+>)$/ } edits_of($answer, 'References');
	is $cli->at('2026-11-23 12:00:00')->run('close', $first->{number})->{exit}, 0, 'closed';
	return { %$first, token => $token };
}

sub reply($cli, $at, @fields) {
	return $cli->at($at)->take(From => AN, Subject => 'Re: Factuur', 'In-Reply-To' => '<answer@acme.example>',
		@PASSED, @fields);
}

sub is_reopened($cli, $got, $first, $name) {
	is $got->{number}, $first->{number}, "$name: the same number";
	ok !$got->{created}, "$name: no ticket";
	my $ticket = $cli->ticket($first->{number});
	is $ticket->{state}, 'open', "$name: open";
	is_deeply [map { $_->{what} } $ticket->{events}->@[-1]], ['reopened'], "$name: an event tells";
}

sub is_continued($cli, $got, $first, $name) {
	ok $got->{created}, "$name: a new ticket";
	isnt $got->{number}, $first->{number}, "$name: with its own number";
	my $old = $cli->ticket($first->{number});
	is $old->{state}, 'closed', "$name: the old one stays closed";
	is $old->{successor}, $got->{number}, "$name: and knows the new one";
	is scalar $old->{messages}->@*, 2, "$name: nothing is added to it";
	is_deeply $cli->ticket($got->{number})->{links}, [{ number => $first->{number}, kind => 'continues' }],
		"$name: linked";
}

subtest 'within reopen-within the ticket opens again' => sub {
	for my $case (['2026-11-24 09:00:00', '2026-11-25T17:30:00+01:00'], ['2026-12-07 11:59:00', '2026-12-08T17:30:00+01:00']) {
		my $cli = Loket::Cli->new;
		my $first = closed($cli);
		my $got = reply($cli, $case->[0]);
		is_reopened($cli, $got, $first, $case->[0]);
		is $got->{due}, $case->[1], 'the next response runs';
		is_deeply [$cli->acked], [AN], 'no second acknowledgement';
	}
};

subtest 'past it his mail makes a new one' => sub {
	my $cli = Loket::Cli->new;
	my $first = closed($cli);
	my $got = reply($cli, '2026-12-07 12:01:00');
	is_continued($cli, $got, $first, 'past 14 days');
	is $got->{due}, '2026-12-08T17:30:00+01:00', 'the first response runs';
	is_deeply [edits_of($got, 'Loket-Doubt')], [], 'no doubt';
	is $cli->ticket($got->{number})->{state}, 'open', 'our turn';
	is_deeply [$cli->acked], [AN, AN], 'it is acknowledged';
};

subtest 'reopen-within is the desk\'s' => sub {
	my $cli = Loket::Cli->new(desk => 'reopen-within = "1 hour"');
	my $first = closed($cli);
	is_continued($cli, reply($cli, '2026-11-23 13:01:00'), $first, 'past 1 hour');
};

subtest 'what names the old ticket leads to the new one' => sub {
	my %way = (
		'In-Reply-To' => sub ($first) { () },
		'tag' => sub ($first) { ('In-Reply-To' => undef, Subject => "Re: $first->{tag} Factuur") },
		'token' => sub ($first) { ('In-Reply-To' => $first->{token}, From => 'an@prive.example') },
	);
	for my $name (sort keys %way) {
		my $cli = Loket::Cli->new;
		my $first = closed($cli);
		my $new = reply($cli, '2026-12-10 10:00:00');
		my $got = reply($cli, '2026-12-10 11:00:00', $way{$name}->($first));
		is $got->{number}, $new->{number}, "$name: joins the new one";
		ok !$got->{created}, "$name: no third ticket";
		if ($name eq 'tag') {
			my ($subject) = edits_of($got, 'Subject');
			is $subject, "change Subject 1: $new->{tag} Re: Factuur", 'its tag stands for the old one\'s';
		}
	}
};

subtest 'an answer to the old ticket\'s mail counts for the new one' => sub {
	my $cli = Loket::Cli->new;
	my $first = closed($cli);
	my $new = reply($cli, '2026-12-10 10:00:00');
	$cli->at('2026-12-10 11:00:00')->take(From => JAN, login => 'jan', To => AN, rcpt => [AN],
		Subject => 'Re: Factuur', 'In-Reply-To' => '<first@klant.example>');
	like $cli->ticket($new->{number})->{targets}{'first-response'}{met_at}, qr/^2026-12-10T11:00:0/, 'met';
	is $cli->ticket($first->{number})->{state}, 'closed', 'the old one stays closed';
};

subtest 'the continuation lies at the desk he writes to' => sub {
	my $cli = Loket::Cli->new;
	closed($cli);
	my $got = reply($cli, '2026-12-10 10:00:00', rcpt => [SALES]);
	is $cli->ticket($got->{number})->{desk}, 'sales', 'another desk';
	$cli = Loket::Cli->new;
	closed($cli);
	$got = reply($cli, '2026-12-10 10:00:00', rcpt => [JAN]);
	is $cli->ticket($got->{number})->{desk}, 'support', 'its own when he writes to an agent';
};

subtest 'nobody else opens or continues it' => sub {
	my @robot = ('Auto-Submitted' => 'auto-replied');
	my @note = (From => 'kim@acme.example', login => 'kim');
	for my $at ('2026-11-24 09:00:00', '2026-12-10 10:00:00') {
		my $cli = Loket::Cli->new;
		my $first = closed($cli);
		for my $case (['a robot', @robot], ['a colleague', @note, 'In-Reply-To' => $first->{token}]) {
			my ($name, @fields) = @$case;
			is reply($cli, $at, @fields)->{number}, $first->{number}, "$at: $name joins";
			is $cli->ticket($first->{number})->{state}, 'closed', "$at: $name leaves it closed";
		}
		my $got = reply($cli, $at, From => 'eva@vreemd.example');
		is_deeply [map { $_->{kind} } $cli->ticket($got->{number})->{links}->@*], ['doubt'], "$at: a stranger is doubted";
		is $cli->ticket($first->{number})->{successor}, undef, "$at: and continues nothing";
	}
};

subtest 'a bounce belongs to the ticket of the answer' => sub {
	my $cli = Loket::Cli->new;
	my $first = closed($cli);
	reply($cli, '2026-12-10 10:00:00');
	my $got = $cli->take_bounce('<answer@acme.example>');
	is $got->{number}, $first->{number}, 'the old one';
	ok $cli->ticket($first->{number})->{undeliverable}, 'is flagged';
	is $cli->ticket($first->{number})->{state}, 'closed', 'and stays closed';
};

subtest 'a mail that comes twice continues once' => sub {
	my $cli = Loket::Cli->new;
	closed($cli);
	my @mail = ('Message-ID' => '<late@klant.example>');
	my $new = reply($cli, '2026-12-10 10:00:00', @mail);
	my $got = reply($cli, '2026-12-10 10:05:00', @mail);
	ok $got->{duplicate}, 'a duplicate';
	is $got->{number}, $new->{number}, 'its first number';
	is_deeply $got->{edits}, $new->{edits}, 'its first edits';
};

done_testing;
