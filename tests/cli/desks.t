#!/usr/bin/perl
#
# One mail to several desks is one ticket, at the first that the envelope
# names, and the others see it. What comes to an agent himself is copied to
# the desk.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

use Loket::Cli qw(edits_of passed);

use constant DESK => 'support@acme.example';
use constant HELP => 'help@acme.example';
use constant SALES => 'sales@acme.example';
use constant AN => 'an@klant.example';
use constant JAN => 'jan@acme.example';
use constant COPY => 'add envelope recipient: support@acme.example';

my @MAIL = (From => AN, Subject => 'Vraag', 'Message-ID' => '<first@klant.example>',
	Date => 'Mon, 23 Nov 2026 09:59:00 +0100');

sub listed($cli, $desk) {
	return [map { $_->{number} } $cli->tickets('--desk', $desk)];
}

sub copies($got) {
	return [grep { /envelope recipient/ } $got->{edits}->@*];
}

subtest 'one ticket at the first desk, seen by the others' => sub {
	for my $case ([[DESK, SALES], 'support', 'sales'], [[SALES, HELP, DESK], 'sales', 'support'],
		[[JAN, SALES, 'x@elders.example', DESK], 'sales', 'support']) {
		my ($rcpt, $first, $other) = @$case;
		my $cli = Loket::Cli->new;
		my $got = $cli->take(@MAIL, To => DESK, rcpt => $rcpt);
		my $ticket = $cli->ticket($got->{number});
		is $ticket->{desk}, $first, "@$rcpt: at the first";
		is_deeply $ticket->{seen_by}, [$other], "@$rcpt: seen by the other";
		is_deeply listed($cli, $_), [$got->{number}], "@$rcpt: in the list of $_" for $first, $other;
		is scalar $cli->tickets, 1, "@$rcpt: one ticket";
		is_deeply [$cli->acked], [AN], "@$rcpt: one acknowledgement";
		is_deeply copies($got), [], "@$rcpt: no further recipient";
	}
};

subtest 'one desk sees its own ticket alone' => sub {
	my $cli = Loket::Cli->new;
	my $got = $cli->take(@MAIL, rcpt => [HELP, DESK]);
	is_deeply $cli->ticket($got->{number})->{seen_by}, [], 'two of its addresses';
	is_deeply listed($cli, 'sales'), [], 'not in another\'s list';
};

subtest 'a second transaction for the other desk has the same effect' => sub {
	my $cli = Loket::Cli->new;
	my $first = $cli->take(@MAIL, rcpt => [DESK]);
	my $got = $cli->take(@MAIL, rcpt => [SALES]);
	is $got->{number}, $first->{number}, 'the same ticket';
	ok $got->{duplicate}, 'a duplicate';
	is_deeply $cli->ticket($first->{number})->{seen_by}, ['sales'], 'seen by the other';
	is_deeply [$cli->acked], [AN], 'one acknowledgement';
};

subtest 'a desk that comes in later sees it too' => sub {
	my $cli = Loket::Cli->new;
	my $first = $cli->take(@MAIL);
	$cli->take(From => AN, Subject => "Re: $first->{tag} Vraag", rcpt => [SALES]);
	my $ticket = $cli->ticket($first->{number});
	is $ticket->{desk}, 'support', 'the ticket stays where it is';
	is_deeply $ticket->{seen_by}, ['sales'], 'seen by the other';
};

subtest 'the team may be the desk\'s own address' => sub {
	my $cli = Loket::Cli->new(desk => qq(team = { "${\DESK}", "${\HELP}" } lead = "${\DESK}"));
	my $first = $cli->take(@MAIL);
	ok $first->{created}, 'a ticket';
	is_deeply copies($first), [], 'no copy to itself';
	is scalar(my @rows = $cli->outbox), 1, 'one notification';
	my @reply = ('In-Reply-To' => '<first@klant.example>', Subject => 'Re: Vraag');
	$cli->take(@reply, From => JAN, login => 'jan', To => AN, rcpt => [AN, DESK]);
	$cli->take(@reply, From => DESK, login => 'jan', rcpt => [DESK]);
	my $ticket = $cli->ticket($first->{number});
	is_deeply [map { $_->{direction} } $ticket->{messages}->@*], [qw(in out internal)], 'an answer and a note';
	is scalar $cli->tickets, 1, 'one ticket';
	is scalar(@rows = $cli->outbox), 1, 'and nothing more leaves';
};

sub answered($cli) {
	my $first = $cli->take(@MAIL);
	$cli->take(From => JAN, login => 'jan', To => AN, rcpt => [AN], Subject => 'Re: Vraag',
		'In-Reply-To' => '<first@klant.example>', 'Message-ID' => '<answer@acme.example>');
	return $first;
}

my @REPLY = (From => AN, Subject => 'Re: Vraag', 'In-Reply-To' => '<answer@acme.example>',
	'Message-ID' => '<reply@klant.example>', 'Authentication-Results' => passed('klant.example'));

subtest 'a customer\'s mail to an agent himself joins and is copied to the desk' => sub {
	my $cli = Loket::Cli->new;
	my $first = answered($cli);
	my $got = $cli->take(@REPLY, rcpt => [JAN]);
	is $got->{number}, $first->{number}, 'joins';
	is_deeply copies($got), [COPY], 'the copy';
	like +(edits_of($got, 'Subject'))[0], qr/\Q$first->{tag}\E/, 'with the tag';
	is $cli->ticket($first->{number})->{state}, 'open', 'our turn';
	my $again = $cli->take(@REPLY, rcpt => [JAN, DESK]);
	ok $again->{duplicate}, 'the copy that comes in again is a duplicate';
	my $ticket = $cli->ticket($first->{number});
	is scalar $ticket->{messages}->@*, 3, 'no second message';
	is_deeply [map { $_->{what} } $ticket->{events}->@[-2 .. -1]], ['answered', 'joined'], 'no second event';
};

subtest 'the copy is for the customer\'s mail that the desk has not' => sub {
	my %none = (
		'the desk is among the recipients' => [rcpt => [JAN, DESK]],
		'another desk is' => [rcpt => [SALES]],
		'a robot' => ['Auto-Submitted' => 'auto-replied'],
		'a colleague' => [From => 'kim@acme.example', login => 'kim', Subject => undef],
		'a stranger' => [From => 'eva@vreemd.example'],
		'no thread' => ['In-Reply-To' => undef],
	);
	for my $name (sort keys %none) {
		my $cli = Loket::Cli->new;
		answered($cli);
		is_deeply copies($cli->take(@REPLY, rcpt => [JAN], $none{$name}->@*)), [], $name;
	}
	my $cli = Loket::Cli->new(desk => 'reopen-within = "1 hour"');
	my $first = answered($cli);
	$cli->run('close', $first->{number});
	my $got = $cli->at('2026-11-25 10:00:00')->take(@REPLY, rcpt => [JAN]);
	ok $got->{created}, 'a continuation';
	is_deeply copies($got), [COPY], 'is copied';
};

done_testing;
