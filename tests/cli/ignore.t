#!/usr/bin/perl
#
# Mail of those whom the site or a desk ignores is kept, and makes no ticket.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

use Loket::Cli qw(edits_of);

use constant DESK => 'support@acme.example';
use constant SALES => 'sales@acme.example';
use constant AN => 'an@klant.example';
use constant JAN => 'jan@acme.example';
use constant PEST => 'pest@reclame.example';
use constant BOT => 'bot@dienst.example';

sub site {
	return Loket::Cli->new(site => 'ignore = { "@reclame.example" }',
		desk => qq(ignore = { "${\BOT}" }));
}

sub is_ignored($cli, $got, $name) {
	is $got->{role}, 'unrelated', "$name: role";
	is $got->{number}, undef, "$name: no number";
	is $got->{tag}, undef, "$name: no tag";
	ok !$got->{created}, "$name: no ticket";
	is_deeply [$cli->tickets('--state', 'all')], [], "$name: none in the list";
	is_deeply [map { $_->{number} } $cli->tickets('--role', 'unrelated')], [undef], "$name: stored";
	is_deeply [$cli->outbox], [], "$name: no answer";
}

my %ignored = (
	'the site\'s list' => [From => PEST],
	'in any case' => [From => 'Pest <PEST@Reclame.EXAMPLE>'],
	'behind a forwarder' => [From => 'SRS0=HHH=TT=reclame.example=pest@door.example'],
	'in the envelope alone' => [From => 'nieuws@elders.example', from => PEST],
	'the desk\'s list' => [From => BOT],
	'every desk' => [From => PEST, rcpt => [SALES, DESK]],
	'a machine' => [From => BOT, 'Auto-Submitted' => 'auto-generated'],
);
for my $name (sort keys %ignored) {
	my $cli = site();
	is_ignored($cli, $cli->take(Subject => 'Aanbieding', $ignored{$name}->@*), $name);
}

my %heard = (
	'somebody else' => [From => AN],
	'who bears the name alone' => [From => '"pest@reclame.example" <an@klant.example>'],
	'a domain below it' => [From => 'pest@mail.reclame.example'],
	'at another desk' => [From => BOT, rcpt => [SALES]],
);
for my $name (sort keys %heard) {
	ok site()->take(Subject => 'Vraag', $heard{$name}->@*)->{created}, "$name: a ticket";
}

subtest 'the first desk that does not ignore him has the ticket' => sub {
	my $cli = site();
	my $got = $cli->take(From => BOT, Subject => 'Vraag', rcpt => [DESK, SALES]);
	ok $got->{created}, 'a ticket';
	is $cli->ticket($got->{number})->{desk}, 'sales', 'there';
};

subtest 'Loket-* of an ignored mail goes all the same' => sub {
	is_deeply [edits_of(site()->take(From => PEST, 'Loket-Ticket' => '2600000014'), 'Loket-.*')],
		['delete Loket-Ticket 1'], 'deleted, and nothing else';
};

subtest 'not even a thread lets him in' => sub {
	my $cli = site();
	my $first = $cli->take(From => AN, Subject => 'Vraag', 'Message-ID' => '<1@klant.example>');
	my @answer = (From => JAN, login => 'jan', 'In-Reply-To' => '<1@klant.example>',
		'Message-ID' => '<2@acme.example>');
	$cli->take(@answer, To => PEST, rcpt => [PEST]);
	my @reply = (From => PEST, 'In-Reply-To' => '<2@acme.example>');
	is $cli->take(@reply)->{number}, undef, 'to the desk';
	my $got = $cli->take(@reply, rcpt => [JAN]);
	is $got->{number}, undef, 'to an agent';
	is scalar $cli->tickets('--role', 'unrelated'), 1, 'which passes unstored';
	is scalar $cli->ticket($first->{number})->{messages}->@*, 2, 'nothing is added';
};

subtest 'an agent and a bounce are heard' => sub {
	my $cli = Loket::Cli->new(site => 'ignore = { "@acme.example", "@klant.example" }');
	my $first = $cli->take(From => JAN, login => 'jan', To => AN, rcpt => [AN, DESK], Subject => 'Offerte',
		'Message-ID' => '<1@acme.example>');
	ok $first->{created}, 'an agent';
	my $got = $cli->take_bounce('<1@acme.example>');
	is $got->{number}, $first->{number}, 'a bounce';
	ok $cli->ticket($first->{number})->{undeliverable}, 'says what it has to say';
};

done_testing;
