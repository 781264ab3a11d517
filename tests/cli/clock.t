#!/usr/bin/perl
#
# A machine clock that stands before the newest ticket by more than a day
# numbers nothing, and says so; whoever only reads is answered.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

use Loket::Cli;

use constant { AN => 'an@klant.example', EX_TEMPFAIL => 75 };

sub mail($subject) {
	return "From: ${\AN}\nSubject: $subject\n\n$subject\n";
}

my $cli = Loket::Cli->new;
is $cli->at('2026-11-24 12:00:00')->bring(mail('today'), from => AN)->{exit},
	0, 'a mail today is numbered';

my $back = $cli->at('2026-11-23 11:59:59');
my $run = $back->bring(mail('yesterday'), from => AN);
is $run->{exit}, EX_TEMPFAIL, 'more than a day before it is put off';
like $run->{err}, qr/clock/, 'and the clock is named';
is scalar $back->value('tickets', '--json')->@*, 1, 'reading goes on';

is $cli->at('2026-11-23 12:00:00')->bring(mail('a day'), from => AN)->{exit},
	0, 'a day before is near enough';
is $cli->at('2026-11-24 12:00:01')->bring(mail('again'), from => AN)->{exit},
	0, 'and when the clock is right again all is well';

done_testing;
