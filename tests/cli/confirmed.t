#!/usr/bin/perl
#
# A mail that we took may still be refused by what stands behind us: a ticket
# is confirmed when something shows that its mail was delivered, and nothing
# but the key changes by it.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use JSON::PP;
use Test::More;

use Loket::Cli;
use Loket::Compose qw(compose_bounce);

use constant DESK => 'support@acme.example';
use constant AN => 'an@klant.example';
use constant JAN => 'jan@acme.example';

my @FIRST = (From => AN, Subject => 'Factuur', 'Message-ID' => '<first@klant.example>');

sub is_confirmed($cli, $number) {
	return $cli->ticket($number)->{confirmed};
}

my @REPLY = (Subject => 'Re: Factuur', 'In-Reply-To' => '<first@klant.example>');
my %shows = (
	'an agent\'s answer' => [From => JAN, login => 'jan', To => AN, rcpt => [AN], @REPLY],
	'a customer\'s mail in its thread' => [From => AN, @REPLY],
	'a retry' => [@FIRST],
);
my %shows_not = (
	'an agent\'s note' => [From => JAN, login => 'jan', rcpt => [DESK], @REPLY],
	'a robot' => [From => AN, 'Auto-Submitted' => 'auto-replied', @REPLY],
	'a stranger' => [From => 'eva@vreemd.example', @REPLY],
	'another mail of the customer' => [From => AN, Subject => 'Iets anders'],
);

for my $name (sort keys %shows) {
	my $cli = Loket::Cli->new;
	my $number = $cli->take(@FIRST)->{number};
	ok !is_confirmed($cli, $number), "$name: not before";
	$cli->take($shows{$name}->@*);
	ok is_confirmed($cli, $number), "$name: confirmed";
}

for my $name (sort keys %shows_not) {
	my $cli = Loket::Cli->new;
	my $number = $cli->take(@FIRST)->{number};
	$cli->take($shows_not{$name}->@*);
	ok !is_confirmed($cli, $number), "$name: not confirmed";
}

subtest 'a report that comes twice shows nothing' => sub {
	my $cli = Loket::Cli->new;
	my $number = $cli->take(@FIRST)->{number};
	my $report = compose_bounce('<first@klant.example>');
	$cli->take_bytes($report, from => '') for 1, 2;
	is scalar $cli->ticket($number)->{messages}->@*, 2, 'it joins once';
	ok !is_confirmed($cli, $number), 'not confirmed';
};

subtest 'a retry changes no state and moves no clock' => sub {
	my $cli = Loket::Cli->new;
	my $first = $cli->take(@FIRST);
	my $before = $cli->ticket($first->{number});
	$cli->at('2026-11-23 10:20:00')->take(@FIRST);
	is_deeply $cli->at('2026-11-23 10:00:00')->ticket($first->{number}), { %$before, confirmed => JSON::PP::true },
		'but the key';
	is_deeply [$cli->acked], [AN], 'one acknowledgement';
};

done_testing;
