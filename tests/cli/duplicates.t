#!/usr/bin/perl
#
# The same mail twice is one mail: one ticket, one acknowledgement, but what
# its new recipients bring counts.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

use Loket::Cli qw(edits_of passed);

use constant DESK => 'support@acme.example';
use constant AN => 'an@klant.example';
use constant JAN => 'jan@acme.example';

my @MAIL = (From => AN, Subject => 'Factuur', 'Message-ID' => '<1@klant.example>',
	Date => 'Mon, 23 Nov 2026 09:59:00 +0100');

sub is_repeat($cli, $got, $first, $name) {
	is $got->{number}, $first->{number}, "$name: its first number";
	is $got->{tag}, $first->{tag}, "$name: its tag";
	ok $got->{duplicate}, "$name: a duplicate";
	ok !$got->{created}, "$name: nothing is created";
	is scalar $cli->ticket($first->{number})->{messages}->@*, 1, "$name: one message";
	is scalar $cli->tickets, 1, "$name: one ticket";
	is_deeply [$cli->acked], [AN], "$name: one acknowledgement";
}

sub is_another($cli, $got, $first, $name) {
	isnt $got->{number}, $first->{number}, "$name: a number of its own";
	ok !$got->{duplicate}, "$name: no duplicate";
	ok $got->{created}, "$name: created";
}

subtest 'the same mail gets its first number and edits' => sub {
	my $cli = Loket::Cli->new;
	my $first = $cli->take(@MAIL);
	ok !$first->{duplicate}, 'the first is none';
	$cli->at('2026-11-23 10:05:00');
	my $got = $cli->take(@MAIL);
	is_repeat($cli, $got, $first, 'again');
	is_deeply $got->{edits}, $first->{edits}, 'the same edits';
	is $got->{due}, $first->{due}, 'the same due';
	is $got->{role}, 'customer', 'the same role';
};

subtest 'a hop more does not make it another mail' => sub {
	my $cli = Loket::Cli->new;
	my $first = $cli->take(@MAIL);
	is_repeat($cli, $cli->take(@MAIL, Received => 'from x by mx2.acme.example; Mon, 23 Nov 2026 10:00:00 +0100',
		'X-Spam-Score' => '0.1'), $first, 'other trace fields');
};

subtest 'a repeat keeps the doubt that its first had' => sub {
	my $cli = Loket::Cli->new;
	my $ticket = $cli->take(@MAIL);
	my %mail = ('unauthenticated' => [From => AN], 'a stranger' => [From => 'eva@vreemd.example']);
	for my $name (sort keys %mail) {
		my @reply = (Subject => "Re: $ticket->{tag}", 'Message-ID' => '<r@klant.example>', $mail{$name}->@*);
		my $first = $cli->take(@reply);
		my $again = $cli->take(@reply);
		ok $again->{duplicate}, "$name: a duplicate";
		is_deeply $again->{edits}, $first->{edits}, "$name: the same edits";
	}
};

subtest 'what differs is another mail' => sub {
	my %other = (
		'body' => [body => "Iets anders.\n"],
		'Message-ID' => ['Message-ID' => '<2@klant.example>'],
		'envelope sender' => [from => 'ander@klant.example'],
	);
	for my $name (sort keys %other) {
		my $cli = Loket::Cli->new;
		my $first = $cli->take(@MAIL);
		is_another($cli, $cli->take(@MAIL, $other{$name}->@*), $first, $name);
	}
};

subtest 'duplicate-within is 7 days' => sub {
	my $cli = Loket::Cli->new;
	my $first = $cli->take(@MAIL);
	is_repeat($cli, $cli->at('2026-11-30 09:59:00')->take(@MAIL), $first, 'just within');
	$cli = Loket::Cli->new;
	$first = $cli->take(@MAIL);
	is_another($cli, $cli->at('2026-11-30 10:01:00')->take(@MAIL), $first, 'past it');
	$cli = Loket::Cli->new(site => 'duplicate-within = "1 hour"');
	$first = $cli->take(@MAIL);
	is_another($cli, $cli->at('2026-11-23 11:00:30')->take(@MAIL), $first, 'past one hour');
};

subtest 'without a Message-ID more must be the same, within an hour' => sub {
	my @mail = (@MAIL, 'Message-ID' => undef);
	my $cli = Loket::Cli->new;
	my $first = $cli->take(@mail);
	is_repeat($cli, $cli->at('2026-11-23 10:59:00')->take(@mail), $first, 'within the hour');
	my %other = (
		'later' => ['2026-11-23 11:00:30'],
		'From' => ['2026-11-23 10:00:00', From => 'bo@klant.example', from => AN],
		'Reply-To' => ['2026-11-23 10:00:00', 'Reply-To' => 'bo@klant.example'],
		'Date' => ['2026-11-23 10:00:00', Date => 'Mon, 23 Nov 2026 09:59:01 +0100'],
		'Subject' => ['2026-11-23 10:00:00', Subject => 'Offerte'],
		'body' => ['2026-11-23 10:00:00', body => "Iets anders.\n"],
	);
	for my $name (sort keys %other) {
		my ($at, @fields) = $other{$name}->@*;
		$cli = Loket::Cli->new;
		$first = $cli->take(@mail);
		is_another($cli, $cli->at($at)->take(@mail, @fields), $first, $name);
	}
};

subtest 'a repeat in a thread counts once' => sub {
	my $cli = Loket::Cli->new;
	my $first = $cli->take(@MAIL);
	my @answer = (From => JAN, login => 'jan', rcpt => [AN], Subject => 'Re: Factuur',
		'In-Reply-To' => '<1@klant.example>', 'Message-ID' => '<a@acme.example>');
	$cli->at('2026-11-23 11:00:00')->take(@answer);
	my $got = $cli->at('2026-11-23 11:30:00')->take(@answer);
	is $got->{number}, $first->{number}, 'its number';
	ok $got->{duplicate}, 'a duplicate';
	my $ticket = $cli->ticket($first->{number});
	is scalar $ticket->{messages}->@*, 2, 'two messages in all';
	is $ticket->{targets}{'first-response'}{met_at}, '2026-11-23T11:00:00+01:00', 'met once';
};

subtest 'spam that comes twice is stored once' => sub {
	my $cli = Loket::Cli->new;
	my @spam = (@MAIL, 'X-Spam-Flag' => 'YES');
	$cli->take(@spam);
	my $got = $cli->take(@spam);
	ok $got->{duplicate}, 'a duplicate';
	is $got->{role}, 'spam', 'its role';
	is scalar(my @stored = $cli->tickets('--role', 'spam')), 1, 'one row';
};

subtest 'what was set aside makes a ticket where it is welcome' => sub {
	my $cli = Loket::Cli->new(desk => 'ignore = { "@klant.example" }');
	$cli->take(@MAIL, rcpt => [DESK]);
	my @again = (@MAIL, rcpt => ['sales@acme.example'], To => DESK);
	my $got = $cli->take(@again);
	ok $got->{created}, 'at the second desk, which does not ignore him';
	ok !$got->{duplicate}, 'the first of that ticket';
	is_deeply [map { $_->{number} } $cli->tickets('--desk', 'sales')], [$got->{number}],
		'it lies there';
	is_repeat($cli, $cli->take(@again), $got, 'once more');
	is_repeat($cli, $cli->take(@MAIL, rcpt => [DESK]), $got, 'at the first desk again');

	$cli = Loket::Cli->new;
	$cli->take(@MAIL, 'X-Spam-Flag' => 'YES');
	$got = $cli->take(@MAIL);
	ok $got->{created}, 'when it is no spam any more';
	is_repeat($cli, $cli->take(@MAIL), $got, 'and once more');
};

# A server may bring one mail in two transactions: to the desk and to the
# customer apart.
subtest 'an answer that reaches its customer in a second transaction is one' => sub {
	my $cli = Loket::Cli->new;
	my $first = $cli->take(@MAIL);
	my @answer = (From => JAN, login => 'jan', To => AN, Cc => DESK, Subject => 'Re: Factuur',
		'In-Reply-To' => '<1@klant.example>', 'Message-ID' => '<a@acme.example>');
	$cli->at('2026-11-23 11:00:00')->take(@answer, rcpt => [DESK]);
	is $cli->ticket($first->{number})->{targets}{'first-response'}{met_at}, undef,
		'the desk\'s copy is a note';
	my $got = $cli->at('2026-11-23 11:00:10')->take(@answer, rcpt => [AN]);
	is $got->{number}, $first->{number}, 'the same number';
	my $ticket = $cli->ticket($first->{number});
	like $ticket->{targets}{'first-response'}{met_at}, qr/T11:00:1\d/, 'the customer\'s copy answers';
	is $ticket->{state}, 'pending', 'his turn';
};

subtest 'a second desk of a repeat is no second acknowledgement' => sub {
	my $cli = Loket::Cli->new;
	my $first = $cli->take(@MAIL);
	my $got = $cli->take(@MAIL, rcpt => ['sales@acme.example']);
	is $got->{number}, $first->{number}, 'its first number';
	ok $got->{duplicate}, 'a duplicate';
	is_deeply [$cli->acked], [AN], 'one acknowledgement';
};

subtest 'a mail that was not ours before is no repeat' => sub {
	my $cli = Loket::Cli->new;
	$cli->take(@MAIL, rcpt => ['iemand@acme.example']);
	my $got = $cli->take(@MAIL);
	ok $got->{created}, 'a ticket when it comes to the desk';
	ok !$got->{duplicate}, 'no duplicate';
	$cli = Loket::Cli->new;
	$cli->take(@MAIL, rcpt => [JAN]);
	ok $cli->take(@MAIL)->{created}, 'nor when it went to an agent first';
};

done_testing;
