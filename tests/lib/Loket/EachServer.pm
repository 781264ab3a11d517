package Loket::EachServer;

# Runs a test on each mail server: a test that says
#
#	use Loket::EachServer;
#
# first of all is started anew for each, or for those that it names there, as a
# subtest, with the server's name in LOKET_SERVER. Where it names none,
# LOKET_SERVERS chooses: `LOKET_SERVERS=Sendmail prove x.t`. In the directory
# LOKET_SHARED one may leave something for the next.

use v5.36;
use File::Basename qw(dirname);
use File::Temp;
use Test::More;

use Loket::MailServer;

# How a program is started, so that a client can come from far away: Postfix
# has XCLIENT for that, Sendmail must be on a network where it does.
my %START = (
	Postfix => [$^X],
	Sendmail => [dirname(__FILE__) . '/../private-network',
		Loket::MailServer->hostname],
);

sub import($class, @servers) {
	return if $ENV{LOKET_SERVER};
	my $shared = File::Temp->newdir;
	local $ENV{LOKET_SHARED} = "$shared";
	my @chosen = split ' ', $ENV{LOKET_SERVERS} // 'Postfix Sendmail';
	for my $server (@servers ? @servers : @chosen) {
		local $ENV{LOKET_SERVER} = $server;
		open my $out, '-|', $START{$server}->@*, $0
			or die "$0: $!\n";
		print "# Subtest: $server\n";
		print "    $_" while <$out>;
		ok close $out, $server;
	}
	done_testing;
	exit;
}

1;
