"""The mailbox as a program: what `hearthside mailbox` keeps and serves. It opens no envelope."""
