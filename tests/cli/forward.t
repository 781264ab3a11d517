#!/usr/bin/perl
#
# Mail of a ticket that somebody forwards to a desk: forward = "new" makes
# another ticket of it, linked with the first; "join" leaves it in its thread.

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
my @AGENT = (From => JAN, login => 'jan');

# A question and its answer; with the token that the customer has.
sub thread($cli) {
	my $first = $cli->take(From => AN, Subject => 'Factuur', 'Message-ID' => '<first@klant.example>');
	my $answer = $cli->take(@AGENT, To => AN, rcpt => [AN], Subject => 'Re: Factuur',
		'In-Reply-To' => '<first@klant.example>', 'Message-ID' => '<answer@acme.example>');
	my ($token) = map { /(<[^<>]+>)$/ } edits_of($answer, 'References');
	return { %$first, token => $token };
}

sub forward($cli, $first, @fields) {
	return $cli->take(From => AN, Subject => "Fwd: $first->{tag} Factuur", 'Message-ID' => '<forward@klant.example>',
		References => "<first\@klant.example> $first->{token} <answer\@acme.example>", @PASSED, @fields);
}

sub is_new($cli, $got, $first, $name) {
	ok $got->{created}, "$name: a new ticket";
	isnt $got->{number}, $first->{number}, "$name: with its own number";
	is_deeply $cli->ticket($got->{number})->{links}, [{ number => $first->{number}, kind => 'forwarded' }],
		"$name: linked";
	is_deeply [edits_of($got, 'Loket-Doubt')], [], "$name: without a doubt";
	my $old = $cli->ticket($first->{number});
	is scalar $old->{messages}->@*, 2, "$name: nothing is added to the first";
	is $old->{state}, 'pending', "$name: which stays as it is";
	is $old->{successor}, undef, "$name: and keeps its mail";
}

sub joins($cli, $got, $first, $name) {
	is $got->{number}, $first->{number}, "$name: joins";
	ok !$got->{created}, "$name: no ticket";
}

subtest 'new: a forward to a desk makes another ticket' => sub {
	my %way = (
		'a customer' => [],
		'to another desk' => [rcpt => [SALES]],
		'an agent to the desk' => [@AGENT, rcpt => [DESK]],
		'an agent to another desk' => [@AGENT, rcpt => [SALES, 'els@acme.example']],
		'without a tag' => [Subject => 'Fwd: Factuur'],
	);
	for my $name (sort keys %way) {
		my $cli = Loket::Cli->new;
		my $first = thread($cli);
		my $got = forward($cli, $first, $way{$name}->@*);
		is_new($cli, $got, $first, $name);
		my ($subject) = edits_of($got, 'Subject');
		is $subject, "change Subject 1: $got->{tag} Fwd: Factuur", "$name: its own tag";
		is $got->{due}, '2026-11-24T17:30:00+01:00',
			"$name: its clock runs";
	}
};

subtest 'new: it lies at the desk that it came to, and he who forwarded asks' => sub {
	my $cli = Loket::Cli->new;
	my $got = forward($cli, thread($cli), @AGENT, rcpt => [SALES]);
	my $ticket = $cli->ticket($got->{number});
	is $ticket->{desk}, 'sales', 'the desk';
	is $ticket->{customer}, JAN, 'the customer';
};

subtest 'new: what answers the forward belongs to its ticket' => sub {
	my %answer = (
		'with the old token behind it' => sub ($first) {
			(References => "$first->{token} <answer\@acme.example> <forward\@klant.example>") },
		'with its id alone' => sub ($first) { () },
	);
	for my $name (sort keys %answer) {
		my $cli = Loket::Cli->new;
		my $first = thread($cli);
		my $new = forward($cli, $first);
		my $got = $cli->take(@AGENT, To => AN, rcpt => [AN], Subject => 'Re: Fwd: Factuur',
			'In-Reply-To' => '<forward@klant.example>', $answer{$name}->($first));
		is $got->{number}, $new->{number}, "$name: the new one";
		ok $cli->ticket($new->{number})->{targets}{'first-response'}{met}, "$name: is answered";
		my $back = $cli->take(From => AN, Subject => 'Re: Factuur', 'In-Reply-To' => '<answer@acme.example>',
			References => "$first->{token} <answer\@acme.example>");
		is $back->{number}, $first->{number}, "$name: the old thread keeps its ticket";
	}
};

subtest 'new: some mail stays in its thread' => sub {
	my %way = (
		'an answer to a forward' => [Subject => 'Re: Fwd: Factuur'],
		'to an agent himself' => [rcpt => [JAN]],
		'a machine\'s' => ['Auto-Submitted' => 'auto-forwarded'],
		'an agent who consults others' => [@AGENT, rcpt => [DESK, 'vak@extern.example']],
		'an agent to the customer' => [@AGENT, rcpt => [DESK, AN]],
		'an agent to a colleague' => [@AGENT, rcpt => ['els@acme.example']],
	);
	for my $name (sort keys %way) {
		my $cli = Loket::Cli->new;
		my $first = thread($cli);
		joins($cli, forward($cli, $first, $way{$name}->@*), $first, $name);
	}
};

subtest 'new: a stranger\'s forward is doubted unless he has the token' => sub {
	my $cli = Loket::Cli->new;
	my $first = thread($cli);
	my @eva = (From => 'eva@vreemd.example');
	my $got = forward($cli, $first, @eva, References => '<first@klant.example>');
	is_deeply [map { $_->{kind} } $cli->ticket($got->{number})->{links}->@*], ['doubt'], 'without';
	$got = forward($cli, $first, @eva, 'Message-ID' => '<2@vreemd.example>');
	is_deeply [map { $_->{kind} } $cli->ticket($got->{number})->{links}->@*], ['forwarded'], 'with it';
};

subtest 'join: it stays in its thread' => sub {
	my $cli = Loket::Cli->new(desk => 'forward = "join"');
	my $first = thread($cli);
	joins($cli, forward($cli, $first), $first, 'at the desk');
	my $got = forward($cli, $first, rcpt => [SALES], 'Message-ID' => '<2@klant.example>');
	ok $got->{created}, 'the desk that it came to decides';
};

subtest 'a forward that names no ticket is a question like any other' => sub {
	my $cli = Loket::Cli->new;
	my $got = $cli->take(From => AN, Subject => 'Fwd: Offerte');
	ok $got->{created}, 'a ticket';
	is_deeply $cli->ticket($got->{number})->{links}, [], 'linked with nothing';
};

done_testing;
