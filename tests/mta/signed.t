#!/usr/bin/perl
#
# Notifications that pass the mail server's own port are recognised by Loket,
# signed by the milter behind it, and `loket check --send` proves it; without a
# signer it says what is missing.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

use Loket::Compose qw(compose);
use Loket::Signer;
use Loket::Site;
use Loket::Wait qw(wait_for);

use constant DESK => 'support@acme.example';
use constant AN => 'an@klant.example';
use constant ME => 'kees@acme.example';
use constant EX_UNAVAILABLE => 69;
use constant ACK_S => 30;

# The relay is the port that customers' mail comes in by, its milters and all.
# It stands at the end of the configuration, once the port is known.
sub site(%given) {
	my $site = Loket::Site->temporary(%given);
	$site->{config} = sprintf qq(relay = "smtp://127.0.0.1:%d"\n),
		$site->server->port('smtp');
	return $site;
}

sub mailbox($site, $name) {
	return join '/', $site->server->mail_dir, $site->server->DOMAIN, $name;
}

subtest 'behind Loket an OpenDKIM signs' => sub {
	my $site = site(later_milter => 'signer.sock');
	my $signer = Loket::Signer->start(Loket::Site::ROOT, $site->dir,
		'signer.sock', 'acme.example');
	$site->start;

	my $run = $site->loket('check', '--send', ME,
		'--mailbox', mailbox($site, 'kees'));
	is $run->{exit}, 0, 'check --send proves it'
		or diag "$run->{out}$run->{err}";
	like $run->{out}, qr/^signed: by acme\.example for acme\.example/m,
		'and says by whom';

	my $reply = $site->send(AN, [DESK], compose("Hallo\n",
		From => AN, To => DESK, Subject => 'Vraag'));
	is $reply->{code}, 250, 'a customer writes';
	my $ack = wait_for(ACK_S, sub { ($site->acks(AN))[0] })
		or return fail 'the acknowledgement arrives';
	like $ack->get('DKIM-Signature'), qr/\bd=acme\.example;/,
		'so is the acknowledgement';
	like $ack->get('DKIM-Signature'), qr/\bh=[^;]*\bFrom:.*Subject/i,
		'over what a reader sees of it';
	ok $ack->get('Loket-Loop'), 'it keeps its mark';
	$site->settle;
	is scalar $site->tickets, 1, 'it made no ticket on its way';
	like join('', _log($site)), qr/: sent kind=ack number=\d{10} to=<\Q${\AN}\E>/,
		'loketd logs its fate';
};

subtest 'without one it says what is missing' => sub {
	my $site = site();
	$site->start;
	my $run = $site->loket('check', '--send', ME,
		'--mailbox', mailbox($site, 'kees'));
	is $run->{exit}, EX_UNAVAILABLE, 'no proof';
	like $run->{out}, qr/^not signed: it has no DKIM-Signature of acme/m,
		'why';
	like $run->{out}, qr/^missing: /m, 'and what to do';
};

sub _log($site) {
	open my $in, '<', $site->loketd_log or die "log: $!\n";
	return readline $in;
}

done_testing;
